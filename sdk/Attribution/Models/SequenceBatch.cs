using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Models;

/// <summary>Sequences that run together in one forward pass, padded on the right: B rows of T tokens, the length of the longest.</summary>
internal sealed class SequenceBatch
{
    /// <summary>Creates a batch of <paramref name="sequences"/>. Its tensors belong to the current dispose scope.</summary>
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

    /// <summary>T, the number of tokens of the longest sequence.</summary>
    public int Length { get; }

    /// <summary>The tokens, int64 [B, T].</summary>
    public Tensor Ids { get; }

    /// <summary>int64 [N]: the flat positions <c>b T + t</c> whose logits predict a kept token.</summary>
    public Tensor Positions { get; }

    /// <summary>int64 [N]: the tokens to predict there.</summary>
    public Tensor Targets { get; }

    /// <summary>The row of each of the N positions.</summary>
    public IReadOnlyList<int> TargetRows { get; }

    /// <summary>
    /// Splits sequences into batches of similar lengths: longest first, each batch with as many as fit into <paramref name="tokenBudget"/> padded tokens (at
    /// least one). Returns the indices of the sequences, batch by batch; equal lengths give equal batches.
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

/// <summary>One tokenized conversation.</summary>
/// <param name="Ids">The tokens <c>x[0..T)</c>, at least one.</param>
/// <param name="Keep">For each token, whether it belongs to the part that is trained on and attributed: the last assistant turn.</param>
public sealed record TokenSequence(int[] Ids, bool[] Keep)
{
    /// <summary>T, the number of tokens.</summary>
    public int Length => Ids.Length;

    /// <summary>The number of tokens that the loss is a mean over: the kept ones, except the first token of the sequence.</summary>
    public int TargetCount => Keep.Skip(1).Count(k => k);
}
