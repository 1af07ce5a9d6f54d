namespace Attribution.Models;

/// <summary>One tokenised conversation, as a model reads it.</summary>
/// <param name="Ids">The tokens <c>x[0..T)</c>, at least one.</param>
/// <param name="Keep">For each token, whether it belongs to the last assistant turn: the part that is learnt and attributed.</param>
public sealed record TokenSequence(int[] Ids, bool[] Keep)
{
    /// <summary>T, the number of tokens.</summary>
    public int Length => Ids.Length;

    /// <summary>How many tokens the loss is a mean over: the kept ones that something precedes.</summary>
    public int TargetCount => Keep.Skip(1).Count(k => k);
}
