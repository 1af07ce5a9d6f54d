using System.Text;
using Attribution.Data.Store;

namespace Attribution.Pipeline;

/// <summary>A file that people find under <c>out/</c>.</summary>
/// <param name="Path">Its path below <c>out/</c>, with <c>/</c>.</param>
internal sealed record ShownFile(string Path)
{
    /// <summary>What it is a copy of.</summary>
    public (string File, OutputFile Content)? Source { get; private init; }

    /// <summary>Its bytes, if it is no copy.</summary>
    public byte[]? Bytes { get; private init; }

    public static ShownFile Of(string path, string file, OutputFile content) => new(path) { Source = (file, content) };

    public static ShownFile Of(string path, string text) => Of(path, Encoding.UTF8.GetBytes(text));

    public static ShownFile Of(string path, byte[] bytes) => new(path) { Bytes = bytes };
}
