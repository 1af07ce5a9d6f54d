using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Models.Fused;

/// <summary>Sequences one after the other, without padding: N tokens in all.</summary>
internal sealed class PackedSequences
{
    /// <summary>Packs <paramref name="sequences"/>. The tensors belong to the current dispose scope.</summary>
    public PackedSequences(IReadOnlyList<TokenSequence> sequences)
    {
        Sequences = sequences;
        Spans = new (long, long)[sequences.Count];
        TargetSpans = new (long, long)[sequences.Count];
        var (start, owners, positions, targets) = (0L, new List<int>(), new List<long>(), new List<long>());
        for (var b = 0; b < sequences.Count; b++)
        {
            var sequence = sequences[b];
            Spans[b] = (start, sequence.Length);
            var first = positions.Count;
            for (var t = 0; t < sequence.Length; t++)
            {
                owners.Add(b);
                if (t == 0 || !sequence.Keep[t])
                    continue;
                positions.Add(start + t - 1);
                targets.Add(sequence.Ids[t]);
            }
            TargetSpans[b] = (first, positions.Count - first);
            start += sequence.Length;
        }
        Tokens = new TokenSpans([.. owners], Spans);
        Ids = tensor(sequences.SelectMany(s => s.Ids).Select(id => (long)id).ToArray());
        Positions = tensor(positions.ToArray());
        Targets = tensor(targets.ToArray());
    }

    public IReadOnlyList<TokenSequence> Sequences { get; }

    /// <summary>The first row of each sequence, and its number of rows.</summary>
    public (long Start, long Length)[] Spans { get; }

    /// <summary>The sequence of each row.</summary>
    public int[] Owners => Tokens.Owners;

    /// <summary>The rows of the sequences.</summary>
    public TokenSpans Tokens { get; }

    /// <summary>The tokens, int64 [N].</summary>
    public Tensor Ids { get; }

    /// <summary>int64 [M]: the rows whose logits predict a kept token, sequence by sequence.</summary>
    public Tensor Positions { get; }

    /// <summary>int64 [M]: the tokens to predict there.</summary>
    public Tensor Targets { get; }

    /// <summary>The range of the M positions that belongs to each sequence.</summary>
    public (long Start, long Length)[] TargetSpans { get; }
}

/// <summary>The assignment of rows to sequences: the sequence of each row, and the first row and number of rows of each sequence.</summary>
internal sealed record TokenSpans(int[] Owners, (long Start, long Length)[] Spans)
{
    /// <summary>Sequences of one row each.</summary>
    public static TokenSpans OneEach(int count) => new([.. Enumerable.Range(0, count)], [.. Enumerable.Range(0, count).Select(row => ((long)row, 1L))]);
}
