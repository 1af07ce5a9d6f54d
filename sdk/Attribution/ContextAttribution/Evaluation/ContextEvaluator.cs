using Attribution.ContextAttribution.Scorers;
using Attribution.Diagnostics;
using Attribution.Models;
using MathNet.Numerics.Statistics;

namespace Attribution.ContextAttribution.Evaluation;

/// <summary>Measures scorers against the real effect of ablations on a model's answers.</summary>
public static class ContextEvaluator
{
    private static readonly int[] s_tops = [1, 3, 5];

    /// <summary>Scores one example with every scorer and measures each against the same ablations.</summary>
    /// <param name="model">The model.</param>
    /// <param name="task">The example, with at least one unit.</param>
    /// <param name="example">Identifies the example; seeds are derived from it.</param>
    /// <param name="scorers">The scorers.</param>
    /// <param name="options">How to measure.</param>
    /// <param name="cancellation">Checked between passes.</param>
    /// <returns>One evaluation per scorer, in their order.</returns>
    /// <exception cref="Diagnostics.AttributionException">ATTR1453: an option is out of range.</exception>
    public static IReadOnlyList<ScorerEvaluation> Evaluate(
        Transformer model, AttributionTask task, string example, IReadOnlyList<ISourceScorer> scorers, ContextEvaluationOptions options,
        CancellationToken cancellation = default)
    {
        options.Check();
        if (task.Units.Count == 0)
            throw new ArgumentException("a task without units has nothing to be measured on", nameof(task));
        var scores = scorers.Select(scorer => scorer.Score(task, example, cancellation)).ToArray();
        var masks = AblationMasks.Random(options.Masks, task.Sources.Count, options.Alpha, options.Seed, $"evaluation:{example}");
        var outputs = AblatedOutputs.Compute(model, task, masks, cancellation);
        var drops = new TopDrops(model, task, scores, cancellation);
        return [.. scorers.Zip(scores, (scorer, score) => new ScorerEvaluation(
            scorer.Name, Lds(task, masks, outputs, score), drops.Mean(score, s_tops[0]), drops.Mean(score, s_tops[1]), drops.Mean(score, s_tops[2]),
            score.ForwardPasses, score.Seconds))];
    }

    /// <summary>The mean of every scorer over examples, in the scorers' order. A mean leaves NaN out.</summary>
    public static IReadOnlyList<ScorerEvaluation> Mean(IEnumerable<IReadOnlyList<ScorerEvaluation>> examples) =>
        [.. examples.SelectMany(example => example).GroupBy(evaluation => evaluation.Scorer).Select(group => new ScorerEvaluation(
            group.Key, Average(group, e => e.Lds), Average(group, e => e.Top1Drop), Average(group, e => e.Top3Drop), Average(group, e => e.Top5Drop),
            Average(group, e => e.ForwardPasses), Average(group, e => e.Seconds)))];

    private static double Average(IEnumerable<ScorerEvaluation> evaluations, Func<ScorerEvaluation, double> value) =>
        evaluations.Select(value).Where(number => !double.IsNaN(number)).DefaultIfEmpty(double.NaN).Average();

    private static double Lds(AttributionTask task, AblationMasks masks, AblatedOutputs outputs, SourceScores scores)
    {
        var correlations = new List<double>();
        foreach (var (u, unit) in task.Units.Index())
        {
            double[] actual = [.. Enumerable.Range(0, masks.Count).Select(m => outputs.Logit(m, unit))];
            double[] predicted = [.. Enumerable.Range(0, masks.Count).Select(m =>
                Enumerable.Range(0, masks.SourceCount).Sum(s => masks[m, s] ? scores.Values[u][s] : 0.0))];
            if (actual.Distinct().Count() > 1)
                correlations.Add(predicted.Distinct().Count() > 1 ? Correlation.Spearman(predicted, actual) : 0);
        }
        return correlations.Count == 0 ? double.NaN : correlations.Average();
    }

    /// <summary>
    /// The log-probabilities of the units without the sources that scorers rank highest. Each set of sources is removed once, even if several scorers rank it
    /// highest.
    /// </summary>
    private sealed class TopDrops
    {
        private readonly AttributionTask _task;
        private readonly AblatedOutputs _outputs;
        private readonly Dictionary<string, int> _masks = [];

        public TopDrops(Transformer model, AttributionTask task, IEnumerable<SourceScores> scores, CancellationToken cancellation)
        {
            _task = task;
            var removed = new List<int[]> { Array.Empty<int>() };
            foreach (var top in scores.Where(score => score.HasOrder).SelectMany(score => score.Values).SelectMany(values =>
                s_tops.Select(k => Top(values, k))))
                if (_masks.TryAdd(Key(top), removed.Count))
                    removed.Add(top);
            _outputs = AblatedOutputs.Compute(model, task, AblationMasks.Without(task.Sources.Count, removed), cancellation);
        }

        public double Mean(SourceScores scores, int k) => !scores.HasOrder ? double.NaN :
            _task.Units.Index().Average(unit => _outputs.LogProbability(0, unit.Item) - _outputs.LogProbability(_masks[Key(Top(scores.Values[unit.Index], k))],
                unit.Item));

        // The k highest, the lower index first among ties, in the order of the sequence.
        private static int[] Top(float[] values, int k) => [.. Enumerable.Range(0, values.Length).OrderByDescending(s => values[s]).ThenBy(s =>
            s).Take(k).Order()];

        private static string Key(int[] sources) => string.Join(',', sources);
    }
}

/// <summary>How scores are measured.</summary>
public sealed record ContextEvaluationOptions
{
    /// <summary>The number of new random ablations per example for the LDS, 2 or more; each costs a forward pass.</summary>
    public int Masks { get; init; } = 32;

    /// <summary>The probability that an ablation keeps a source, above 0 and below 1.</summary>
    public double Alpha { get; init; } = 0.5;

    /// <summary>The seed of the ablations. They differ from those of training and of the surrogates under the same seed.</summary>
    public long Seed { get; init; }

    /// <summary>Checks the options before any expensive work.</summary>
    /// <exception cref="AttributionException">ATTR1453: an option is out of range.</exception>
    internal void Check()
    {
        if (Masks < 2)
            throw new AttributionException(ErrorCodes.EstimatorOptionInvalid, "A correlation needs 2 masks or more.") { Property = nameof(Masks) };
        if (Alpha is not (> 0 and < 1))
            throw new AttributionException(ErrorCodes.EstimatorOptionInvalid,
                "Alpha, the share of sources that an ablation keeps, must be above 0 and below 1.")
            { Property = nameof(Alpha) };
    }
}

/// <summary>How well a scorer did, on one example or on the mean of several.</summary>
/// <param name="Scorer">The scorer's name.</param>
/// <param name="Lds">The linear datamodelling score: Spearman's correlation over ablations between the sum of the kept sources' scores and the output, averaged
/// over units; 0 if the scores are constant; NaN if the outputs do not change.</param>
/// <param name="Top1Drop">The fall of a unit's log-probability when its highest-scored source is removed, in nats, averaged over units.</param>
/// <param name="Top3Drop">The same for the three highest.</param>
/// <param name="Top5Drop">The same for the five highest.</param>
/// <param name="ForwardPasses">The number of forward passes that scoring took, per example.</param>
/// <param name="Seconds">The time that scoring took, in seconds per example.</param>
public sealed record ScorerEvaluation(
    string Scorer, double Lds, double Top1Drop, double Top3Drop, double Top5Drop, double ForwardPasses, double Seconds);
