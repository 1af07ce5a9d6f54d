using Attribution.ContextAttribution;
using Attribution.ContextAttribution.Evaluation;
using Attribution.ContextAttribution.Scorers;
using Attribution.Diagnostics;
using Attribution.Tests.Models;

namespace Attribution.Tests.ContextAttribution;

public sealed class ScorerTests
{
    [Fact]
    public void The_surrogate_s_weights_meet_the_conditions_of_the_lasso_s_optimum()
    {
        // With a standardised column x and the residual r: x.r / n = penalty sign(w) where w is not 0, and |x.r / n| <= penalty where it is.
        var random = new Random(4);
        const int n = 64, count = 20;
        var columns = Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, n).Select(_ => (double)random.Next(2)).ToArray()).ToArray();
        columns[7] = new double[n]; // a source that no ablation keeps
        var y = Enumerable.Range(0, n).Select(i => 5 + (3 * columns[2][i]) - (2 * columns[11][i]) + (0.1 * random.NextDouble())).ToArray();
        const double penalty = 0.05;
        var weights = Lasso.Fit(columns, y, penalty);
        var residual = Enumerable.Range(0, n).Select(i => y[i] - Enumerable.Range(0, count).Sum(s => columns[s][i] * weights[s])).ToArray();
        var mean = residual.Average();
        for (var s = 0; s < count; s++)
        {
            var (average, deviation) = (columns[s].Average(), Math.Sqrt(columns[s].Average(x => x * x) - Math.Pow(columns[s].Average(), 2)));
            var slope = deviation == 0 ? 0 : Enumerable.Range(0, n).Sum(i => (columns[s][i] - average) / deviation * (residual[i] - mean)) / n;
            if (weights[s] == 0)
                Math.Abs(slope).ShouldBeLessThanOrEqualTo(penalty + 1e-7);
            else
                slope.ShouldBe(penalty * Math.Sign(weights[s]), 1e-7);
        }
        weights[2].ShouldBe(3, 0.3);
        weights[11].ShouldBe(-2, 0.3);
        weights.Count(w => w == 0).ShouldBeGreaterThan(10);
    }

    [Fact]
    public void Leave_one_out_is_the_output_less_that_without_the_source()
    {
        using var tiny = TinyCheckpoint.Qwen3();
        using var model = tiny.Load();
        var task = Tasks.Of(24, 3);
        var scores = new LeaveOneOutScorer(model.Transformer).Score(task, "x");
        scores.ForwardPasses.ShouldBe(task.Sources.Count + 1);
        var outputs = AblatedOutputs.Compute(model.Transformer, task, AblationMasks.Without(task.Sources.Count, [[], [2]]));
        foreach (var (u, unit) in task.Units.Index())
            ((double)scores.Values[u][2]).ShouldBe(outputs.Logit(0, unit) - outputs.Logit(1, unit), 1e-4);
    }

    [Fact]
    public void Every_scorer_is_measured_against_the_same_ablations_and_reports_what_it_took()
    {
        using var tiny = TinyCheckpoint.Qwen3();
        using var model = tiny.Load();
        var task = Tasks.Of(24, 3);
        var transformer = model.Transformer;
        ISourceScorer[] scorers =
        [
            EstimatorScorer.MeanAttention(transformer), new LeaveOneOutScorer(transformer), new SurrogateScorer(transformer, 32),
                new SurrogateScorer(transformer, 64),
            new SurrogateScorer(transformer, 256), new RandomScorer(), new CountScorer(), new Known("oracle", task, 1), new Known("opposite", task, -1),
                new Known("nothing", task, 0),
        ];
        var results = ContextEvaluator.Evaluate(transformer, task, "x", scorers, new() { Masks = 24 });
        results.Select(r => r.Scorer).ShouldBe(["mean_attention", "leave_one_out", "surrogate_32", "surrogate_64", "surrogate_256", "random", "count",
            "oracle", "opposite", "nothing"]);
        results.Select(r => r.ForwardPasses).ShouldBe([1, task.Sources.Count + 1, 32, 64, 256, 0, 0, 0, 0, 0]);
        double Lds(string name) => results.Single(r => r.Scorer == name).Lds;
        // Many ablations fit what few do worse, and a surrogate says more than chance; turning all scores around turns the correlation.
        Lds("surrogate_256").ShouldBeGreaterThan(Lds("random"));
        Lds("surrogate_256").ShouldBeGreaterThan(0.5);
        Lds("opposite").ShouldBe(-Lds("oracle"), 1e-9);
        Lds("nothing").ShouldBe(0);
        // To keep more tells something, whichever sources they are; but it puts none of them first.
        var count = results.Single(r => r.Scorer == "count");
        (double.IsNaN(count.Top1Drop), double.IsNaN(count.Top5Drop)).ShouldBe((true, true));
        Math.Abs(count.Lds).ShouldBeGreaterThan(0.05);
        ContextEvaluator.Evaluate(transformer, task, "x", [scorers[2], scorers[5]], new() { Masks = 24 }).Select(r =>
            r.Lds).ShouldBe([Lds("surrogate_32"), Lds("random")]);
    }

    [Fact]
    public void Random_scores_have_a_mean_of_zero_so_that_their_sum_does_not_tell_how_many_sources_are_kept()
    {
        var task = Tasks.Of(24, 3);
        float[] all = [.. Enumerable.Range(0, 400).SelectMany(i => new RandomScorer(3).Score(task, $"example {i}").Values.SelectMany(v => v))];
        // The standard error of n numbers from -1 to 1 is 1 / sqrt(3 n).
        all.Average(v => (double)v).ShouldBe(0, 4 / Math.Sqrt(3.0 * all.Length));
        (all.Min(), all.Max()).ShouldSatisfyAllConditions(e => e.Item1.ShouldBeInRange(-1, -0.98f), e => e.Item2.ShouldBeInRange(0.98f, 1));
    }

    [Fact]
    public void A_top_k_drop_is_the_fall_of_the_log_probability_without_the_k_highest()
    {
        using var tiny = TinyCheckpoint.Llama();
        using var model = tiny.Load();
        var task = Tasks.Of(24, 3).WithUnits(new TokenRange(17, 22));
        var result = ContextEvaluator.Evaluate(model.Transformer, task, "x", [new Known("known", task, 1)], new() { Masks = 2 }).Single();
        int[] order = [.. Enumerable.Range(0, task.Sources.Count).OrderByDescending(Known.Value)];
        var outputs = AblatedOutputs.Compute(model.Transformer, task, AblationMasks.Without(task.Sources.Count, [[], order[..1], order[..3], order[..5]]));
        double[] drops = [result.Top1Drop, result.Top3Drop, result.Top5Drop];
        for (var i = 0; i < 3; i++)
            drops[i].ShouldBe(outputs.LogProbability(0, task.Units[0]) - outputs.LogProbability(i + 1, task.Units[0]), 1e-4);
    }

    [Fact]
    public void Means_leave_out_what_is_not_a_number()
    {
        ScorerEvaluation Of(string name, double lds) => new(name, lds, 1, 2, 3, 4, 5);
        var means = ContextEvaluator.Mean([[Of("a", 1), Of("b", double.NaN)], [Of("a", 2), Of("b", double.NaN)], [Of("a", double.NaN), Of("b", double.NaN)]]);
        means.Select(m => m.Scorer).ShouldBe(["a", "b"]);
        means[0].Lds.ShouldBe(1.5);
        double.IsNaN(means[1].Lds).ShouldBeTrue();
        means[1].Top3Drop.ShouldBe(2);
    }

    [Fact]
    public void Options_out_of_range_are_errors()
    {
        foreach (var options in (ContextEvaluationOptions[])[new() { Masks = 1 }, new() { Alpha = 0 }, new() { Alpha = 1 }, new() { Alpha = double.NaN }])
            Should.Throw<AttributionException>(options.Check).Code.ShouldBe(ErrorCodes.EstimatorOptionInvalid);
    }

    /// <summary>Scores made up of the index of the source.</summary>
    private sealed class Known(string name, AttributionTask task, int sign) : ISourceScorer
    {
        public string Name => name;

        public static double Value(int source) => Math.Sin(source + 1);

        public SourceScores Score(AttributionTask _, string example, CancellationToken cancellation = default) =>
            new([.. task.Units.Select(_ => Enumerable.Range(0, task.Sources.Count).Select(s => (float)(sign * Value(s))).ToArray())], 0, 0);
    }
}
