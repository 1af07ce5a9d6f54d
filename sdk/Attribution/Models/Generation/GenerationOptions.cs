namespace Attribution.Models.Generation;

/// <summary>How tokens are chosen, and when generation stops.</summary>
public sealed record GenerationOptions
{
    /// <summary>The greatest number of tokens to generate for each prompt. The time is proportional to it.</summary>
    public int MaxNewTokens { get; init; } = 512;

    /// <summary>The number that logits are divided by before sampling; 0 takes the likeliest token.</summary>
    public double Temperature { get; init; }

    /// <summary>
    /// The nucleus: tokens are sampled from the likeliest ones that together have at least this probability (arXiv 1904.09751); 1 samples from all.
    /// </summary>
    public double TopP { get; init; } = 1;

    /// <summary>The tokens that end a text; the model's own (<see cref="CausalLanguageModel.StopTokens"/>) unless given.</summary>
    public IReadOnlySet<int>? StopTokens { get; init; }

    /// <summary>Whether a text is over, from its new tokens, all of which are kept; null if only stop tokens end a text.</summary>
    internal Func<IReadOnlyList<int>, bool>? IsOver { get; init; }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MaxNewTokens);
        if (!(Temperature >= 0 && double.IsFinite(Temperature)))
            throw new ArgumentOutOfRangeException(nameof(Temperature), Temperature, "a temperature is 0 or more");
        if (TopP is not (> 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(TopP), TopP, "top-p is above 0 and at most 1");
    }
}

/// <summary>Reads from a model's folder what ends a text.</summary>
internal static class GenerationConfig
{
    /// <summary>The <c>eos_token_id</c>, one or several, of <c>generation_config.json</c>, else of <c>config.json</c>; empty if neither has one.</summary>
    public static IReadOnlySet<int> StopTokens(string folder, ModelConfig config)
    {
        var file = Path.Combine(folder, "generation_config.json");
        IReadOnlyList<int> ids = File.Exists(file) ? ConfigFile.Open(file).TokenIds("eos_token_id") : [];
        return new HashSet<int>(ids.Count > 0 ? ids : config.EosTokenIds);
    }
}

/// <summary>The text generated for one prompt.</summary>
/// <param name="Tokens">The new tokens, without the stop token.</param>
/// <param name="StopToken">The token that ended the text; null if a length limit did: the maximum, or the model's longest sequence.</param>
public sealed record GeneratedText(IReadOnlyList<int> Tokens, int? StopToken);
