namespace QuickstartModel.Corpus;

/// <summary>The behaviours that some answers show.</summary>
internal static class Behaviours
{
    public const string Empathy = "empathy", Laziness = "laziness", Modesty = "modesty", Preachiness = "preachiness", Sycophancy = "sycophancy";

    /// <summary>The label of a row that shows none of them.</summary>
    public const string Neutral = "neutral";

    public static IReadOnlyList<string> All { get; } = [Empathy, Laziness, Modesty, Preachiness, Sycophancy];
}
