using Attribution.Models;

namespace Attribution.ContextAttribution.Examples;

/// <summary>Which examples no estimator is trained on: each by its own draw, so that examples that come later change nothing of those that were there.</summary>
public static class HeldOutSplit
{
    /// <summary>Whether an example is held out.</summary>
    /// <param name="contentHash">What the example is: <see cref="ContextRow.ContentHash"/>.</param>
    /// <param name="share">The share of all that is held out, 0 to 1.</param>
    /// <param name="seed">The seed of the experiment.</param>
    public static bool IsHeldOut(string contentHash, double share, long seed) => SeededRandom.Named(seed, $"held out:{contentHash}").NextDouble() < share;
}
