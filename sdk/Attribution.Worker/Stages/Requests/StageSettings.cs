namespace Attribution.Worker.Stages.Requests;

/// <summary>What every stage of an experiment is told. Paths are absolute or relative to the current folder, which is the project's.</summary>
internal record StageSettings
{
    /// <summary>The stage's name, such as <c>ComputeAttribution</c>.</summary>
    public required string Stage { get; init; }

    /// <summary>The experiment's name, for people.</summary>
    public string Experiment { get; init; } = "";

    /// <summary>The artifact store.</summary>
    public required string Store { get; init; }

    /// <summary>The experiment's folder of results, lists of files and last requests.</summary>
    public required string State { get; init; }

    /// <summary>Where people find the results.</summary>
    public required string Out { get; init; }

    /// <summary>The stages whose results this one reads.</summary>
    public string[] Upstream { get; init; } = [];

    /// <summary>The experiment's own assemblies.</summary>
    public PluginSettings[] Plugins { get; init; } = [];
}

/// <summary>An assembly with an experiment's own methods, judges or recipes.</summary>
internal sealed record PluginSettings(string Path);
