namespace Attribution.Evaluation;

/// <summary>How held-out prompts are answered. The defaults are the original pipeline's.</summary>
public sealed record AnsweringOptions
{
    /// <summary>Answers per prompt. The time taken is proportional to it.</summary>
    public int Repeats { get; init; } = 3;

    /// <summary>The temperature of the draws; 0 takes the likeliest tokens, and all repeats are then equal.</summary>
    public double Temperature { get; init; } = 0.7;

    /// <summary>Draws are from the likeliest tokens that together have at least this probability.</summary>
    public double TopP { get; init; } = 0.9;

    /// <summary>The longest answer in tokens.</summary>
    public int MaxNewTokens { get; init; } = 1024;

    /// <summary>Answers generated together; 16 on the CPU and 32 on a GPU if left out. Memory is proportional to it.</summary>
    public int? BatchSize { get; init; }

    /// <summary>A draw depends on this, the prompt's place and the repeat, and on nothing else.</summary>
    public long Seed { get; init; }
}
