using System.Text;
using Attribution.Data.Store;
using Attribution.Pipeline.Grid;
using Attribution.Pipeline.Results;

namespace Attribution.Pipeline;

/// <summary>One thing that a stage makes: an artifact of the store.</summary>
/// <param name="Key">What it is in the experiment.</param>
/// <param name="Request">What it is made from, wherever it is wanted.</param>
/// <param name="Produce">Makes it; null for a job that its stage makes together with others.</param>
internal sealed record StageJob(JobKey Key, StageRequest Request, Action<ArtifactBuilder, CancellationToken>? Produce = null)
{
    /// <summary>
    /// Computes the parts that <see cref="Produce"/> puts together, before it is called; null where there are none. Several processes may do so at once: each
    /// takes parts that no other has.
    /// </summary>
    public Action<CancellationToken>? ComputeParts { get; init; }

    /// <inheritdoc cref="JobResult.Source"/>
    public string? Source { get; init; }

    /// <inheritdoc cref="JobResult.Values"/>
    public RunPoint? Values { get; init; }
}

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
