using Attribution.Contracts;

namespace Attribution.Sdk.Experiments;

/// <summary>A project as MSBuild has evaluated it: what an <see cref="ExperimentReader"/> reads.</summary>
internal sealed record ProjectInputs
{
    /// <summary>The experiment's name.</summary>
    public required string Name { get; init; }

    /// <summary>Paths relative to the project.</summary>
    public required ProjectPaths Paths { get; init; }

    /// <summary>Our properties by name; empty text for what is not set.</summary>
    public required IReadOnlyDictionary<string, string> Properties { get; init; }

    /// <summary>The items of a name, one of <see cref="ProjectItemNames"/>.</summary>
    public required Func<string, IReadOnlyList<ProjectItem>> Items { get; init; }

    /// <summary>Where stages keep their notes, relative to the project.</summary>
    public required string State { get; init; }

    /// <summary>The command that builds the experiment as it is.</summary>
    public required string Command { get; init; }

    /// <summary>The worker's folder.</summary>
    public required string Worker { get; init; }

    /// <summary>The assembly of the experiment's own C# files; null if it has none.</summary>
    public PluginSettings? Plugin { get; init; }

    /// <summary>What the items of a name include, each once.</summary>
    public string[] Includes(string item) => [.. Items(item).Select(i => i.Include).Distinct()];
}

/// <summary>A stage as a project asks for it.</summary>
/// <param name="Settings">What the stage is told.</param>
/// <param name="Files">The files from outside that it reads; null for a stage that reads none, whatever the project says.</param>
internal sealed record PlannedStage(StageSettings Settings, IEnumerable<string>? Files = null);
