using Attribution.Data.Store;
using Attribution.Pipeline.Results;

namespace Attribution.Pipeline;

/// <summary>One thing that a stage makes: an artifact of the store.</summary>
/// <param name="Key">What it is in the experiment.</param>
/// <param name="Request">What it is made from, wherever it is wanted.</param>
/// <param name="Produce">Makes it; null for a job that its stage makes together with others.</param>
internal sealed record StageJob(JobKey Key, StageRequest Request, Action<ArtifactBuilder, CancellationToken>? Produce = null)
{
    /// <inheritdoc cref="JobResult.Source"/>
    public string? Source { get; init; }
}
