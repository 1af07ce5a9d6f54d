using Attribution.Data.Store;
using Attribution.Worker.Stages.Results;

namespace Attribution.Worker.Stages;

/// <summary>One thing that a stage makes: an artifact of the store.</summary>
/// <param name="Key">What it is in the experiment.</param>
/// <param name="Request">What it is made from, wherever it is wanted.</param>
/// <param name="Produce">Makes it.</param>
internal sealed record StageJob(JobKey Key, StageRequest Request, Action<ArtifactBuilder, CancellationToken> Produce)
{
    /// <inheritdoc cref="JobResult.Source"/>
    public string? Source { get; init; }
}
