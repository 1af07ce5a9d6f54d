using Xunit.Abstractions;

namespace Attribution.Tests;

/// <summary>
/// Starts the classes first whose tests take longest, one after the other or waiting for clocks: at the end of a run no core waits for one of them.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long =
    [
        "ExperimentsOfThisRepositoryTests", "GroundTruthExperimentTests", "PackageTests", "SubmittedBuildTests", "IncrementalBuildTests", "TinyScaleTests",
        "KilledBuildsTests", "Gsm8kExperimentTests", "ContextExperimentTests",
        "SlurmTimeLimitTests", "SlurmTests", "SharedStagesTests", "RobustnessTests", "WorkersTests", "GroundTruthTests", "MlflowTests",
        "HubFailureTests", "FailingServerTests", "EqualBytesTests", "ComponentsTests",
    ];

    /// <inheritdoc/>
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) => testCollections.OrderBy(collection =>
        Array.FindIndex(Long, name => collection.DisplayName.EndsWith("." + name, StringComparison.Ordinal)) is var place and >= 0 ? place : Long.Length);
}
