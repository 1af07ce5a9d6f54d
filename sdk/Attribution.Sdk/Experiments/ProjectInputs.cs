using Attribution.Contracts;

namespace Attribution.Sdk.Experiments;

/// <summary>A project after MSBuild's evaluation: the input of an <see cref="ExperimentReader"/>.</summary>
internal sealed record ProjectInputs
{
    /// <summary>The experiment's name.</summary>
    public required string Name { get; init; }

    /// <summary>Converts paths relative to the project.</summary>
    public required ProjectPaths Paths { get; init; }

    /// <summary>The SDK's properties by name; empty text for properties that are not set.</summary>
    public required IReadOnlyDictionary<string, string> Properties { get; init; }

    /// <summary>Returns the items with a name from <see cref="ProjectItemNames"/>.</summary>
    public required Func<string, IReadOnlyList<ProjectItem>> Items { get; init; }

    /// <summary>The folder of the stages' state, relative to the project.</summary>
    public required string State { get; init; }

    /// <summary>The command that builds the experiment with its current properties.</summary>
    public required string Command { get; init; }

    /// <summary>The worker's folder.</summary>
    public required string Worker { get; init; }

    /// <summary>The assembly of the experiment's own C# files; null if it has none.</summary>
    public PluginSettings? Plugin { get; init; }

    /// <summary>The includes of the items with this name, without duplicates.</summary>
    public string[] Includes(string item) => [.. Items(item).Select(i => i.Include).Distinct()];
}

/// <summary>A stage that a project needs.</summary>
/// <param name="Settings">The stage's settings.</param>
/// <param name="Files">The outside files that the stage reads; null if it reads none, whatever the project contains.</param>
internal sealed record PlannedStage(StageSettings Settings, IEnumerable<string>? Files = null);
