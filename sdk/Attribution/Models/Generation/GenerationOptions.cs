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

/// <summary>What a model's folder says about ending a text.</summary>
internal static class GenerationConfig
{
    /// <summary>The <c>eos_token_id</c>, one or several, of <c>generation_config.json</c>, else of <c>config.json</c>; empty if neither names any.</summary>
    public static IReadOnlySet<int> StopTokens(string folder, ModelConfig config)
    {
        var file = Path.Combine(folder, "generation_config.json");
        IReadOnlyList<int> ids = File.Exists(file) ? ConfigFile.Open(file).TokenIds("eos_token_id") : [];
        return new HashSet<int>(ids.Count > 0 ? ids : config.EosTokenIds);
    }
}

/// <summary>What was generated for one prompt.</summary>
/// <param name="Tokens">The new tokens, without the stop token.</param>
/// <param name="StopToken">The token that ended the text; null where the maximum or the model's longest sequence did.</param>
public sealed record GeneratedText(IReadOnlyList<int> Tokens, int? StopToken);
