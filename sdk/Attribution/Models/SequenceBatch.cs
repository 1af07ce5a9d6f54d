using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Models;

/// <summary>Sequences that one forward pass runs together, padded on the right. B rows, T tokens of the longest.</summary>
internal sealed class SequenceBatch
{
    /// <summary>Puts <paramref name="sequences"/> side by side; the batch's tensors belong to the current dispose scope.</summary>
    public SequenceBatch(IReadOnlyList<TokenSequence> sequences, Device device)
    {
        Sequences = sequences;
        Length = sequences.Max(s => s.Length);
        var ids = new long[sequences.Count * Length];
        var positions = new List<long>();
        var targets = new List<long>();
        var rows = new List<int>();
        for (var b = 0; b < sequences.Count; b++)
        {
            var sequence = sequences[b];
            for (var t = 0; t < sequence.Length; t++)
            {
                ids[b * Length + t] = sequence.Ids[t];
                if (t == 0 || !sequence.Keep[t])
                    continue;
                positions.Add(b * Length + t - 1);
                targets.Add(sequence.Ids[t]);
                rows.Add(b);
            }
        }
        Ids = tensor(ids, [sequences.Count, Length], device: device);
        Positions = tensor(positions.ToArray(), device: device);
        Targets = tensor(targets.ToArray(), device: device);
        TargetRows = rows;
    }

    /// <summary>The sequences, row by row.</summary>
    public IReadOnlyList<TokenSequence> Sequences { get; }

    /// <summary>T, the tokens of the longest.</summary>
    public int Length { get; }

    /// <summary>int64 [B, T].</summary>
    public Tensor Ids { get; }

    /// <summary>int64 [N]: the flat places <c>b T + t</c> whose logits predict a kept token.</summary>
    public Tensor Positions { get; }

    /// <summary>int64 [N]: the tokens that they should predict.</summary>
    public Tensor Targets { get; }

    /// <summary>The row of each of the N.</summary>
    public IReadOnlyList<int> TargetRows { get; }

    /// <summary>
    /// Splits sequences into batches of similar lengths: longest first, each batch as many as fit in <paramref name="tokenBudget"/>
    /// padded tokens (at least one). The indices of the sequences, batch by batch; the same for the same lengths.
    /// </summary>
    public static IReadOnlyList<int[]> Plan(IReadOnlyList<int> lengths, int tokenBudget)
    {
        var order = Enumerable.Range(0, lengths.Count).OrderByDescending(i => lengths[i]).ThenBy(i => i).ToArray();
        var batches = new List<int[]>();
        for (var start = 0; start < order.Length;)
        {
            var count = Math.Clamp(tokenBudget / lengths[order[start]], 1, order.Length - start);
            batches.Add(order[start..(start + count)]);
            start += count;
        }
        return batches;
    }
}

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
