namespace Attribution.ContextAttribution.Examples;

/// <summary>Which columns of a file hold what.</summary>
public sealed record ContextColumns
{
    /// <summary>The column of the context: a text, or a list of texts, one for each document.</summary>
    public string Context { get; init; } = "context";

    /// <summary>The column of the question: a text.</summary>
    public string Query { get; init; } = "query";

    /// <summary>The column of the chat before, a list of role and content; a file may do without.</summary>
    public string Messages { get; init; } = "messages";

    /// <summary>The column of answers to take in place of the model's own; null to let the model answer.</summary>
    public string? Answer { get; init; }

    /// <summary>The column that says which text of the context the answer owes to: a text, or a list of them, one for each sentence of the answer; null if that is not known.</summary>
    public string? Truth { get; init; }
}
