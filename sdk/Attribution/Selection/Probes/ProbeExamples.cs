using System.Numerics.Tensors;
using Attribution.Diagnostics;
using Attribution.Models;
using Attribution.Selection.Scoring;

namespace Attribution.Selection.Probes;

/// <summary>
/// The treatment and control vectors of an evaluation set, scaled to length 1, and the choice of held-out ones: always both vectors of a pair.
/// </summary>
internal sealed class ProbeExamples
{
    /// <summary>With fewer pairs, a tenth of them is less than one.</summary>
    public const int FewestPairs = 10;

    private readonly List<float> _vectors = [];
    private readonly List<long> _pairs = [];
    private readonly List<float> _labels = [];

    private ProbeExamples(IVectorSource treatment, IVectorSource control)
    {
        Read(treatment, 1);
        var treatments = _pairs.ToHashSet();
        Read(control, 0);
        var pairs = treatments.Intersect(_pairs.Skip(treatments.Count)).Count();
        if (pairs < FewestPairs)
            throw new AttributionException(ErrorCodes.ProbePairsTooFew,
                $"A probe learns to tell treatments from controls and needs at least {FewestPairs} pairs of them, and {treatment.Name} and {control.Name} "
                    + $"share {pairs} with finite vectors. "
                + "Use a larger evaluation set, or the scoring method cos_sim.")
            { Property = "ScoringMethod" };
    }

    /// <summary>D, the width of the vectors.</summary>
    public int Dimension { get; private set; }

    /// <summary>The number of vectors left out because they are zero or not finite.</summary>
    public int Skipped { get; private set; }

    /// <summary>The number of vectors.</summary>
    public int Rows => _labels.Count;

    /// <summary>The vectors scaled to length 1, <c>[rows, D]</c>.</summary>
    public float[] Vectors => [.. _vectors];

    /// <summary>1 for a treatment, 0 for a control.</summary>
    public float[] Labels => [.. _labels];

    /// <exception cref="AttributionException">There are too few pairs, or the widths differ.</exception>
    public static ProbeExamples Read(IVectorSource treatment, IVectorSource control) => new(treatment, control);

    /// <summary>Draws the held-out pairs.</summary>
    /// <returns>The positions of the vectors to train on, and of those to validate with.</returns>
    public (int[] Training, int[] Validation) Split(double share, long seed)
    {
        var random = SeededRandom.Named(seed, "probe validation");
        var held = _pairs.Distinct().Order().Select(pair => (Pair: pair, Draw: random.NextDouble())).OrderBy(p => p.Draw).ThenBy(p => p.Pair).Select(p =>
            p.Pair).ToArray();
        var count = Math.Clamp((int)Math.Round(share * held.Length), 1, held.Length - 1);
        var isHeld = held.Take(count).ToHashSet();
        var places = Enumerable.Range(0, Rows).ToLookup(row => isHeld.Contains(_pairs[row]));
        return ([.. places[false]], [.. places[true]]);
    }

    private void Read(IVectorSource source, float label) => source.Read((index, vector) =>
    {
        Dimension = Dimension == 0 ? vector.Length : Dimension;
        if (vector.Length != Dimension)
            throw new AttributionException(ErrorCodes.VectorWidths,
                $"The control vectors of {source.Name} have {vector.Length} components and the treatment vectors {Dimension}. Compute both with "
                    + "one model and method family.");
        var wide = Scoring.Vectors.Widen(vector);
        var norm = TensorPrimitives.Norm<double>(wide);
        if (norm == 0 || !double.IsFinite(norm))
        {
            Skipped++;
            return;
        }
        foreach (var v in Scoring.Vectors.Normalized(wide))
            _vectors.Add((float)v);
        _pairs.Add(index);
        _labels.Add(label);
    });
}
