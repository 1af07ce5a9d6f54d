using System.Text;
using Attribution.Data.Store;
using Attribution.Pipeline.Grid;
using Attribution.Pipeline.Results;

namespace Attribution.Pipeline;

/// <summary>One result of a stage: an artifact of the store.</summary>
/// <param name="Key">The job's place in the experiment.</param>
/// <param name="Request">The inputs, which identify the artifact.</param>
/// <param name="Produce">Computes the result; null if the stage computes the job together with others.</param>
internal sealed record StageJob(JobKey Key, StageRequest Request, Action<ArtifactBuilder, CancellationToken>? Produce = null)
{
    /// <summary>
    /// Computes the parts that <see cref="Produce"/> assembles, before it is called, and waits for those that other processes compute; null if there are none.
    /// </summary>
    public Action<CancellationToken>? ComputeParts { get; init; }

    /// <summary>Computes the parts that no other process has; null if there are none.</summary>
    public Action<CancellationToken>? HelpWithParts { get; init; }

    /// <inheritdoc cref="JobResult.Source"/>
    public string? Source { get; init; }

    /// <inheritdoc cref="JobResult.Values"/>
    public RunPoint? Values { get; init; }
}

/// <summary>A file for people under <c>out/</c>.</summary>
/// <param name="Path">The path below <c>out/</c>, with <c>/</c> as separator.</param>
internal sealed record ShownFile(string Path)
{
    /// <summary>The file to copy; null if <see cref="Bytes"/> is set.</summary>
    public (string File, OutputFile Content)? Source { get; private init; }

    /// <summary>The content; null if the file is a copy.</summary>
    public byte[]? Bytes { get; private init; }

    public static ShownFile Of(string path, string file, OutputFile content) => new(path) { Source = (file, content) };

    public static ShownFile Of(string path, string text) => Of(path, Encoding.UTF8.GetBytes(text));

    public static ShownFile Of(string path, byte[] bytes) => new(path) { Bytes = bytes };
}
