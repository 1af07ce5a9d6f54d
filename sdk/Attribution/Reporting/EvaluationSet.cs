namespace Attribution.Reporting;

/// <summary>An evaluation set, and how the base model answers its held-out prompts.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Trait">The behaviour that it shows.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Prompts">Its held-out prompts; none if there are none.</param>
/// <param name="Answers">The base model's answers to them.</param>
public sealed record EvaluationSet(string Name, string? Trait, long Rows, IReadOnlyList<string> Prompts, IReadOnlyList<ReportedAnswer> Answers)
{
    /// <summary>Who judged.</summary>
    public string? Judge { get; init; }

    /// <summary>The highest score that the judge gives.</summary>
    public int? HighestScore { get; init; }

    /// <summary>The file that has all answers in full, below <c>out/</c>.</summary>
    public string? AnswersFile { get; init; }

    /// <summary>How many prompts are not shown.</summary>
    public int? PromptsLeftOut { get; init; }
}
