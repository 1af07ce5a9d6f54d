namespace Attribution.Sdk.Experiments;

/// <summary>A ContextDataset item: questions with contexts.</summary>
/// <param name="Name">What results call it.</param>
/// <param name="Path">A file or a glob, relative to the project or absolute.</param>
internal sealed record ContextDataset(string Name, string Path)
{
    /// <summary>A SQL predicate over the file's columns.</summary>
    public string? Filter { get; init; }

    /// <summary>At most so many rows.</summary>
    public long? Take { get; init; }

    /// <summary>The seed of the sample that <see cref="Take"/> draws.</summary>
    public long? Seed { get; init; }

    /// <summary>What makes questions with contexts of a file that was written for something else.</summary>
    public string? Recipe { get; init; }

    /// <summary>The column of the context.</summary>
    public string? ContextColumn { get; init; }

    /// <summary>The column of the question.</summary>
    public string? QueryColumn { get; init; }

    /// <summary>The column of answers to take in place of the model's own.</summary>
    public string? AnswerColumn { get; init; }

    /// <summary>The column that says which text of the context an answer owes to.</summary>
    public string? TruthColumn { get; init; }

    /// <summary>Whether answers are attributed to the thoughts before them.</summary>
    public bool Thoughts { get; init; }

    /// <summary>The share of the examples that no estimator is trained on.</summary>
    public double HeldOut { get; init; }
}
