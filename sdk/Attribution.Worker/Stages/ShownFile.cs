using Attribution.Data.Store;

namespace Attribution.Worker.Stages;

/// <summary>A file that people find under <c>out/</c>.</summary>
/// <param name="Path">Its path below <c>out/</c>, with <c>/</c>.</param>
internal sealed record ShownFile(string Path)
{
    /// <summary>What it is a copy of.</summary>
    public (string File, OutputFile Content)? Source { get; private init; }

    /// <summary>What it says, if it is no copy.</summary>
    public string? Text { get; private init; }

    public static ShownFile Of(string path, string file, OutputFile content) => new(path) { Source = (file, content) };

    public static ShownFile Of(string path, string text) => new(path) { Text = text };
}
