using Attribution.Models;
using MathNet.Numerics.Statistics;

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
/// A training run shifts all cells of its seed together, and a prompt those of all seeds. Such cells are not independent, and resampling cells alone would give
/// an interval that is too narrow. Therefore the part of the differences' variance that belongs to the seeds and the part that belongs to the prompts are
/// estimated (the random effects of a two-way layout without replication, by the method of moments: with mean squares M, (M_seed - M_rest) / prompts and
/// (M_prompt - M_rest) / seeds, 0 if negative), and each resample is shifted by the mean of as many such effects as there are, from Student's distribution with
/// one degree of freedom fewer than that number. If both parts are 0, this is the plain bootstrap over cells. With one seed nothing is known about the training
/// runs, and the interval covers only the prompts.
/// </remarks>
internal static class PairedBootstrap
{
    /// <summary>The mean of <c>first - second</c> over the cells that both methods have.</summary>
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
    private static Interval Mean(ScoredCell[] cells, int draws, long seed)
    {
        double[] values = [.. cells.Select(cell => cell.Score)];
        if (values.Length < 2)
            return new Interval(values.Length == 0 ? double.NaN : values[0], double.NaN, double.NaN);
        var (ofSeeds, ofPrompts) = Effects(cells);
        var random = SeededRandom.Named(seed, "bootstrap");
        var found = new double[draws];
        for (var draw = 0; draw < draws; draw++)
        {
            double sum = 0;
            for (var i = 0; i < values.Length; i++)
                sum += values[(int)(random.NextDouble() * values.Length)];
            found[draw] = sum / values.Length;
        }
        foreach (var effect in (Effect[])[ofSeeds, ofPrompts])
            if (effect.Deviation > 0)
                for (var draw = 0; draw < draws; draw++)
                    found[draw] += effect.Deviation * StudentT(ref random, effect.Freedom);
        Array.Sort(found);
        return new Interval(values.Average(), SortedArrayStatistics.Quantile(found, (1 - Bootstrap.Level) / 2),
            SortedArrayStatistics.Quantile(found, (1 + Bootstrap.Level) / 2));
    }

    // What the mean of the seeds' effects, and that of the prompts', adds beyond the part that resampling the cells includes already.
    private static (Effect Seeds, Effect Prompts) Effects(ScoredCell[] cells)
    {
        var (bySeed, byPrompt) = (Means(cell => cell.Seed), Means(cell => cell.Prompt));
        var (seeds, prompts, all) = (bySeed.Count, byPrompt.Count, cells.Average(cell => cell.Score));
        if (seeds < 2 || prompts < 2)
            return (default, default);
        var rest = cells.Sum(cell => Square(cell.Score - bySeed[cell.Seed] - byPrompt[cell.Prompt] + all)) / ((seeds - 1) * (prompts - 1));
        return (Of(bySeed.Values, prompts), Of(byPrompt.Values, seeds));

        Dictionary<T, double> Means<T>(Func<ScoredCell, T> key) where T : notnull =>
            cells.GroupBy(key).ToDictionary(g => g.Key, g => g.Average(cell => cell.Score));

        Effect Of(IReadOnlyCollection<double> means, int each)
        {
            var square = each * means.Sum(mean => Square(mean - all)) / (means.Count - 1);
            var variance = Math.Max(0, square - rest) / each;
            return new(Math.Sqrt(variance * (1.0 / means.Count - 1.0 / cells.Length)), means.Count - 1);
        }
    }

    private static double StudentT(ref SeededRandom random, int freedom)
    {
        double squares = 0;
        for (var i = 0; i < freedom; i++)
            squares += Square(Normal(ref random));
        return Normal(ref random) / Math.Sqrt(squares / freedom);
    }

    // Box-Muller transform.
    private static double Normal(ref SeededRandom random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static double Square(double value) => value * value;

    private readonly record struct Effect(double Deviation, int Freedom);
}
