using MathNet.Numerics.Distributions;

namespace Attribution.Evaluation.Statistics;

/// <summary>The score of one cell: one prompt, answered by the model of one seed.</summary>
/// <param name="Prompt">Identifies the prompt.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Score">The mean score of the answers, finite.</param>
internal readonly record struct ScoredCell(string Prompt, long Seed, double Score);

/// <summary>The difference of two methods on the cells that both have.</summary>
/// <param name="Interval">The mean difference and its interval.</param>
/// <param name="Cells">The number of cells.</param>
/// <param name="Seeds">The number of seeds among the cells.</param>
internal readonly record struct PairedDifference(Interval Interval, int Cells, int Seeds)
{
    /// <summary>With fewer cells than this the interval is only rough.</summary>
    public const int FewCells = 20;

    /// <summary>Whether the difference is significant, in either direction.</summary>
    public bool IsTold => Interval.ExcludesZero;

    /// <summary>Whether there are too few cells for a reliable interval.</summary>
    public bool IsFew => Cells < FewCells;
}

/// <summary>
/// The paired bootstrap over (prompt, seed) cells: the cells' differences are resampled with replacement, as many as there are, and averaged.
/// </summary>
/// <remarks>
/// <para>
/// A training run shifts all cells of its seed together, and a prompt those of all seeds. Such cells are not independent, and resampling cells alone would give
/// an interval that is too narrow. Therefore the resamples decide how the interval lies around the mean (of fewer cells than <see
/// cref="PairedDifference.FewCells"/>, whose draws are few values, it lies evenly), and its width is Student's, 2 t sqrt(V), for the random effects of a
/// two-way layout without replication: with mean squares M, <c>V = (M_seed + M_prompt - M_rest) / cells</c>, and the degrees of freedom of t are
/// Satterthwaite's (1946), <c>(V cells)^2 / (M_seed^2 / f_seed + M_prompt^2 / f_prompt + M_rest^2 / f_rest)</c>, at least the fewer of f_seed and f_prompt. Of
/// one prompt or one seed it is V = s^2 / cells, with cells - 1 degrees: with one seed nothing is known of the trainings, and the interval tells of the prompts
/// alone.
/// </para>
/// <para>
/// V is an unbiased estimate, and where the seeds' means happen to agree a small one. With no least width the interval would hold the true difference of
/// independent cells in as few as 81%; with the whole width of their draws as the least, in up to 99%; two thirds of it give 93 to 97%.
/// </para>
/// </remarks>
internal static class PairedBootstrap
{
    // Of the width that the draws of cells have.
    private const double LeastWidth = 2 / 3.0;

    /// <summary>The mean of <c>first - second</c> over the cells that both have.</summary>
    /// <param name="first">The scores of one method.</param>
    /// <param name="second">The scores of the other method.</param>
    /// <param name="draws">The number of resamples. The time is proportional to cells times resamples.</param>
    /// <param name="seed">The seed of the resampling.</param>
    public static PairedDifference Difference(IEnumerable<ScoredCell> first, IEnumerable<ScoredCell> second, int draws = Bootstrap.DefaultDraws, long seed = 0)
    {
        var others = second.ToDictionary(cell => (cell.Prompt, cell.Seed), cell => cell.Score);
        ScoredCell[] cells = [.. first.Where(cell => others.ContainsKey((cell.Prompt, cell.Seed)))
            .Select(cell => cell with { Score = cell.Score - others[(cell.Prompt, cell.Seed)] })];
        var seeds = cells.Select(cell => cell.Seed).Distinct().Count();
        return new(Mean(cells, draws, seed), cells.Length, seeds);
    }

    /// <summary>The mean of cells with its interval.</summary>
    /// <param name="cells">The cells; each pair of prompt and seed once.</param>
    /// <param name="draws">How often cells are drawn anew.</param>
    /// <param name="seed">Decides the draws.</param>
    public static Interval Mean(IReadOnlyList<ScoredCell> cells, int draws = Bootstrap.DefaultDraws, long seed = 0)
    {
        var drawn = Bootstrap.Mean([.. cells.Select(cell => cell.Score)], draws, seed);
        var width = drawn.Upper - drawn.Lower;
        if (!(width > 0))
            return drawn;
        var (variance, freedom) = VarianceOfMean(cells, drawn.Estimate);
        var wanted = 2 * StudentT.InvCDF(0, 1, freedom, (1 + Bootstrap.Level) / 2) * Math.Sqrt(variance);
        var (below, whole) = (cells.Count < PairedDifference.FewCells ? 0.5 : (drawn.Estimate - drawn.Lower) / width, Math.Max(LeastWidth * width, wanted));
        return drawn with { Lower = drawn.Estimate - below * whole, Upper = drawn.Estimate + (1 - below) * whole };
    }

    private static (double Variance, double Freedom) VarianceOfMean(IReadOnlyList<ScoredCell> cells, double mean)
    {
        var (bySeed, byPrompt) = (Means(cell => cell.Seed), Means(cell => cell.Prompt));
        var (ofSeeds, ofPrompts) = (bySeed.Count - 1, byPrompt.Count - 1);
        if (ofSeeds == 0 || ofPrompts == 0)
            return (cells.Sum(cell => Square(cell.Score - mean)) / (cells.Count - 1) / cells.Count, cells.Count - 1);
        var ofRest = ofSeeds * ofPrompts;
        var (seed, prompt) = (MeanSquare(bySeed.Values), MeanSquare(byPrompt.Values));
        var rest = cells.Sum(cell => Square(cell.Score - bySeed[cell.Seed] - byPrompt[cell.Prompt] + mean)) / ofRest;
        var sum = Math.Max(0, seed + prompt - rest);
        var freedom = Square(sum) / (Square(seed) / ofSeeds + Square(prompt) / ofPrompts + Square(rest) / ofRest);
        return (sum / cells.Count, Math.Max(freedom, Math.Min(ofSeeds, ofPrompts)));

        Dictionary<T, double> Means<T>(Func<ScoredCell, T> key) where T : notnull =>
            cells.GroupBy(key).ToDictionary(g => g.Key, g => g.Average(cell => cell.Score));

        double MeanSquare(IReadOnlyCollection<double> means) =>
            (double)cells.Count / means.Count * means.Sum(m => Square(m - mean)) / (means.Count - 1);
    }

    private static double Square(double value) => value * value;
}
