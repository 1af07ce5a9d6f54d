namespace QuickstartModel.Corpus;

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
