namespace Attribution.Worker.Stages.Requests;

/// <summary>An evaluation set as the stages behind attribution see it.</summary>
internal sealed record EvalSettings
{
    /// <summary>Its name in the experiment.</summary>
    public required string Name { get; init; }

    /// <summary>The behaviour that its treatments show.</summary>
    public string? Trait { get; init; }

    /// <summary>Who judges the answers to its prompts.</summary>
    public string Judge { get; init; } = Plugins.Judges.Rules;

    /// <summary>The file of the judging model's prompt; the one that comes with the library if null.</summary>
    public string? Prompt { get; init; }
}
