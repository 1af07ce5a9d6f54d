using System.Collections.Concurrent;
using System.Numerics.Tensors;
using Attribution.Data.Vectors;
using Attribution.Diagnostics;

namespace Attribution.Selection.Scoring;

/// <summary>
/// The scores of all rows of a table for several scorers in one pass over it: every block is read and converted once, whatever the number of scorers. Only
/// <c>cos_sim_debias_train</c> needs a pass before it, for the rows' mean, and <c>mlp</c> a pass of its own, because its arithmetic takes a hundred times as
/// long as reading.
/// </summary>
internal sealed class ScoringPass : IDisposable
{
    private readonly RowScorer[] _scorers;
    private readonly IVectorSource _train;
    private readonly DotProducts _dots;
    private readonly ThreadLocal<DotProducts.Workspace> _workspaces;
    private readonly ConcurrentBag<Part> _parts = [];
    private readonly int _dimension;

    private ScoringPass(IReadOnlyList<RowScorer> scorers, IVectorSource train)
    {
        _scorers = [.. scorers];
        _train = train;
        _dimension = scorers[0].Dimension;
        _dots = new DotProducts([.. scorers.Select(q => q.Direction)]);
        _workspaces = new(_dots.CreateWorkspace, trackAllValues: true);
    }

    /// <summary>Scores every row.</summary>
    /// <returns>For each scorer, the rows and their scores, in the table's order.</returns>
    public static IReadOnlyList<IReadOnlyList<ScoredRow>> Run(IReadOnlyList<RowScorer> scorers, IVectorSource train, CancellationToken cancellation)
    {
        foreach (var scorer in scorers)
            if (scorer.Dimension != scorers[0].Dimension)
                throw new AttributionException(ErrorCodes.VectorWidths,
                    $"The evaluation vectors have {scorers[0].Dimension} and {scorer.Dimension} components. Compute all with one model and method family.");
        // Each kind of arithmetic has its own pass; the results are put back in the order of the scorers.
        var results = new IReadOnlyList<ScoredRow>[scorers.Count];
        foreach (var kind in scorers.Index().GroupBy(s => s.Item.IsDeep ? Kind.Deep : s.Item.Whitening is not null ? Kind.Whitened : Kind.Linear))
        {
            RowScorer[] some = [.. kind.Select(s => s.Item)];
            using var pass = kind.Key == Kind.Linear ? new ScoringPass(some, train) : null;
            var scores = kind.Key switch
            {
                Kind.Deep => ProbePass.Run([.. some.Select(s => s.Probe!)], train, cancellation),
                Kind.Whitened => WhitenedPass.Run(some, train, cancellation),
                _ => pass!.Run(cancellation),
            };
            foreach (var (place, (index, _)) in kind.Index())
                results[index] = scores[place];
        }
        return results;
    }

    /// <exception cref="AttributionException"><see cref="ErrorCodes.VectorWidths"/>: the widths differ.</exception>
    public static void RequireWidth(int train, int evaluation, IVectorSource source)
    {
        if (train != evaluation)
            throw new AttributionException(ErrorCodes.VectorWidths,
                $"The training vectors of {source.Name} have {train} components and the evaluation vectors {evaluation}. Compute both with "
                    + "one model and method family.");
    }

    public void Dispose()
    {
        foreach (var workspace in _workspaces.Values)
            workspace.Dispose();
        _workspaces.Dispose();
        _dots.Dispose();
    }

    private IReadOnlyList<IReadOnlyList<ScoredRow>> Run(CancellationToken cancellation)
    {
        var bias = _scorers.Any(q => q.Method == ScoringMethod.CosSimDebiasTrain) ? Vectors.Normalized(RowMean.Normalized(_train, cancellation)) : null;
        _train.ReadBlocks((scoped in VectorBlock block) => _parts.Add(Score(block, bias)), cancellation);
        var parts = _parts.ToArray();
        Array.Sort(parts, static (a, b) => a.FirstRow.CompareTo(b.FirstRow));
        var rows = parts.Sum(p => p.Indices.Length);
        return [.. _scorers.Select((_, q) =>
        {
            var scores = new ScoredRow[rows];
            var at = 0;
            foreach (var part in parts)
                for (var row = 0; row < part.Indices.Length; row++)
                    scores[at++] = new ScoredRow(part.Indices[row], part.Scores[row * _scorers.Length + q]);
            return scores;
        })];
    }

    private Part Score(scoped in VectorBlock block, double[]? bias)
    {
        RequireWidth(block.Dimension, _dimension, _train);
        var dots = new double[block.Rows * _scorers.Length];
        var norms = new double[block.Rows];
        _dots.Compute(block, _workspaces.Value!, dots, norms);
        var scores = new float[dots.Length];
        float[] vector = bias is null ? [] : new float[block.Dimension];
        for (var row = 0; row < block.Rows; row++)
            for (var q = 0; q < _scorers.Length; q++)
                scores[row * _scorers.Length + q] = norms[row] == 0 || !double.IsFinite(norms[row]) ? float.NaN
                    : _scorers[q].Method == ScoringMethod.CosSimDebiasTrain ? Debiased(block, row, norms[row], bias!, _scorers[q], vector)
                    : (float)_scorers[q].Finish(dots[row * _scorers.Length + q], norms[row]);
        return new Part(block.FirstRow, block.Indices.ToArray(), scores);
    }

    // r' = n(n(R) - <n(R), r> r), component by component: the small remainder of rows that are close to their mean would be lost in the rounding of dot
    // products.
    private static float Debiased(scoped in VectorBlock block, int row, double norm, double[] bias, RowScorer scorer, float[] vector)
    {
        block.CopyRow(row, vector);
        var scale = 1 / Math.Max(norm, Vectors.Epsilon);
        var rest = Vectors.Widen(vector);
        TensorPrimitives.Multiply(rest, scale, rest);
        var along = TensorPrimitives.Dot<double>(rest, bias);
        TensorPrimitives.MultiplyAdd(bias, -along, rest, rest);
        return (float)(TensorPrimitives.Dot<double>(rest, scorer.Direction) * scorer.Length / Math.Max(TensorPrimitives.Norm<double>(rest), Vectors.Epsilon));
    }

    private sealed record Part(long FirstRow, long[] Indices, float[] Scores);

    private enum Kind
    {
        Linear,
        Deep,
        Whitened,
    }
}
