using System.Numerics.Tensors;
using Attribution.Selection.Probes;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Selection.Scoring;

/// <summary>
/// The logits of all rows of a table under probes with hidden layers, in one pass. Rows are gathered into batches for libtorch's matrix products.
/// </summary>
internal static class ProbePass
{
    private const int BatchRows = 1024;

    /// <returns>For each probe, the rows and their logits, in the table's order; NaN for a row that is zero or not finite.</returns>
    public static IReadOnlyList<IReadOnlyList<ScoredRow>> Run(IReadOnlyList<Probe> probes, IVectorSource train, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var layers = probes.Select(p => p.Tensors()).ToArray();
        var scores = probes.Select(_ => new List<ScoredRow>()).ToArray();
        var dimension = probes[0].Dimension;
        var (vectors, indices) = (new float[BatchRows * dimension], new List<(long Index, bool HasDirection)>(BatchRows));
        train.Read((index, vector) =>
        {
            ScoringPass.RequireWidth(vector.Length, dimension, train);
            var target = vectors.AsSpan(indices.Count * dimension, dimension);
            var wide = Vectors.Widen(vector);
            var norm = TensorPrimitives.Norm<double>(wide);
            var hasDirection = norm > 0 && double.IsFinite(norm);
            if (hasDirection)
            {
                TensorPrimitives.Divide(wide, Math.Max(norm, Vectors.Epsilon), wide);
                TensorPrimitives.ConvertTruncating(wide, target);
            }
            else
                target.Clear();
            indices.Add((index, hasDirection));
            if (indices.Count == BatchRows)
                Flush();
        });
        Flush();
        return scores;

        void Flush()
        {
            cancellation.ThrowIfCancellationRequested();
            if (indices.Count == 0)
                return;
            using var batch = NewDisposeScope();
            var rows = tensor(vectors[..(indices.Count * dimension)], [indices.Count, dimension]);
            foreach (var (probe, tensors) in layers.Index())
            {
                var logits = Probe.Logits(rows, tensors).data<float>().ToArray();
                for (var row = 0; row < indices.Count; row++)
                    scores[probe].Add(new ScoredRow(indices[row].Index, indices[row].HasDirection ? logits[row] : float.NaN));
            }
            indices.Clear();
        }
    }
}
