namespace Attribution.Models.Generation;

/// <summary>How tokens are chosen, and when to stop.</summary>
public sealed record GenerationOptions
{
    /// <summary>At most this many tokens are generated for each prompt. The time taken is proportional to it.</summary>
    public int MaxNewTokens { get; init; } = 512;

    /// <summary>Logits are divided by this before the draw; 0 takes the likeliest token instead of drawing.</summary>
    public double Temperature { get; init; }

    /// <summary>Draws are from the likeliest tokens that together have at least this probability (arXiv 1904.09751); 1 draws from all.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Tokens that end a text; the model's own (<see cref="CausalLanguageModel.StopTokens"/>) if left out.</summary>
    public IReadOnlySet<int>? StopTokens { get; init; }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MaxNewTokens);
        if (!(Temperature >= 0 && double.IsFinite(Temperature)))
            throw new ArgumentOutOfRangeException(nameof(Temperature), Temperature, "a temperature is 0 or more");
        if (TopP is not (> 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(TopP), TopP, "top-p is above 0 and at most 1");
    }
}
