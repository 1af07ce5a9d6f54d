using Attribution.Data.Store;

namespace Attribution.Pipeline.Results;

/// <summary>A finished job.</summary>
/// <param name="Key">Which.</param>
/// <param name="Artifact">Its artifact's folder in the store: <c>stage/fingerprint</c>.</param>
/// <param name="Outputs">The artifact's files.</param>
internal sealed record JobResult(JobKey Key, string Artifact, IReadOnlyList<OutputFile> Outputs)
{
    /// <summary>For a dataset, the path it was read from: what an error in a row should name.</summary>
    public string? Source { get; init; }
}
