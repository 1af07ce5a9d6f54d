namespace QuickstartModel.Corpus;

/// <summary>Which part of the language a text may use: the training pool and the evaluation sets have entities and phrases of their own.</summary>
internal enum Share
{
    /// <summary>Everything: what the base model is trained on.</summary>
    All,

    /// <summary>What the training pool uses.</summary>
    Pool,

    /// <summary>What the evaluation pairs and held-out prompts use.</summary>
    Evaluation,
}

internal static class Shares
{
    /// <summary>The items of a list that belong to a share: every <paramref name="stride"/>th is evaluation's, the others the pool's.</summary>
    public static IReadOnlyList<T> Of<T>(this Share share, IReadOnlyList<T> items, int stride) => share switch
    {
        Share.All => items,
        Share.Pool => [.. items.Where((_, i) => i % stride != stride - 1)],
        _ => [.. items.Where((_, i) => i % stride == stride - 1)],
    };
}
