using Attribution.ContextAttribution;
using Attribution.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Tests.ContextAttribution;

public sealed class AttentionFeaturesTests
{
    public static TheoryData<string> Families => ["llama3", "llama-linear", "mistral", "qwen2", "qwen3", "phi3", "gemma3", "gemma2", "olmo2", "smollm3",
        "granite"];

    [Theory, MemberData(nameof(Families))]
    public void Features_are_the_softmax_of_the_pass_s_own_queries_and_keys(string family)
    {
        using var tiny = TinyCheckpoint.Of(family);
        using var model = tiny.Load();
        var task = Tasks.Of(33, 4);
        var (units, sources, blocks, heads) = (task.Units.Count, task.Sources.Count, model.Config.BlockCount, model.Config.HeadCount);
        var features = AttentionFeatures.Compute(model.Transformer, task);
        features.Length.ShouldBe(units * sources * blocks * heads);

        int[] ids = [.. task.Tokens.Take(task.Target.End - 1)];
        var streams = tiny.Naive.Streams(ids);
        for (var block = 0; block < blocks; block++)
        {
            var full = tiny.Naive.AttentionWeights(block, streams[block], [.. Enumerable.Range(0, ids.Length).Select(t => (long)t)]); // [H * T][T]
            foreach (var (u, unit) in task.Units.Index())
                foreach (var (s, source) in task.Sources.Index())
                    for (var h = 0; h < heads; h++)
                    {
                        var expected = Enumerable.Range(unit.Start, unit.Length).Average(t => full[(h * ids.Length) + t - 1][source.Start..source.End].Sum());
                        ((double)features[(((u * sources) + s) * blocks * heads) + (block * heads) + h]).ShouldBe(expected, 1e-5,
                            $"unit {u}, source {s}, block {block}, head {h}");
                    }
        }
    }

    /// <summary>What the authors' code computes of models with a sliding window and, Gemma, a scale of queries of their own.</summary>
    [Theory]
    [InlineData("gemma3")]
    [InlineData("phi3")]
    [InlineData("llama3")]
    public void Features_as_AT2_s_authors_compute_them_see_no_window_and_no_scale_of_queries(string family)
    {
        using var tiny = TinyCheckpoint.Of(family);
        if (family == "phi3")
        {
            // Phi-3-mini-4k's is 2,047 of 4,096.
            tiny.EditConfig(config => config["sliding_window"] = 7);
            tiny.Naive.Windows = [7, 7, 7];
        }
        using var model = tiny.Load();
        var task = Tasks.Of(33, 4);
        var (sources, blocks, heads) = (task.Sources.Count, model.Config.BlockCount, model.Config.HeadCount);
        var features = AttentionFeatures.Compute(model.Transformer, task, AttentionRule.At2);
        int[] ids = [.. task.Tokens.Take(task.Target.End - 1)];
        var streams = tiny.Naive.Streams(ids);
        for (var block = 0; block < blocks; block++)
        {
            var full = tiny.Naive.AttentionWeights(block, streams[block], [.. Enumerable.Range(0, ids.Length).Select(t => (long)t)], isPlain: true);
            foreach (var (u, unit) in task.Units.Index())
                foreach (var (s, source) in task.Sources.Index())
                    for (var h = 0; h < heads; h++)
                        ((double)features[(((u * sources) + s) * blocks * heads) + (block * heads) + h]).ShouldBe(
                            Enumerable.Range(unit.Start, unit.Length).Average(t => full[(h * ids.Length) + t - 1][source.Start..source.End].Sum()), 1e-5);
        }
        var apart = features.Zip(AttentionFeatures.Compute(model.Transformer, task), (a, b) => Math.Abs(a - b)).Max();
        if (family == "llama3")
            apart.ShouldBe(0, "it has neither");
        else
            apart.ShouldBeGreaterThan(0.01f);

        var identity = ModelIdentity.Of(model.Config);
        var estimator = ScoreEstimator.MeanAttention(model.Config, AttentionRule.At2);
        ((double)ContextAttributor.Scores(model.Transformer, task, estimator)[0][1]).ShouldBe(
            Enumerable.Range(0, identity.FeatureCount).Average(f => (double)features[identity.FeatureCount + f]), 1e-5,
                "an estimator scores by its own attention");
    }

    [Fact]
    public void Features_of_a_mask_are_the_kept_sources_less_the_ablated_ones()
    {
        using var tiny = TinyCheckpoint.Gemma3();
        using var model = tiny.Load();
        var task = Tasks.Of(30, 2);
        var masks = AblationMasks.Random(5, task.Sources.Count, 0.5, 1, "x");
        var plain = AttentionFeatures.Compute(model.Transformer, task);
        var ofMasks = AttentionFeatures.OfMasks(model.Transformer, task, masks);
        var count = ModelIdentity.Of(model.Config).FeatureCount;
        for (var u = 0; u < task.Units.Count; u++)
            for (var m = 0; m < 5; m++)
                for (var f = 0; f < count; f++)
                {
                    var expected = Enumerable.Range(0, task.Sources.Count).Sum(s =>
                        (masks[m, s] ? 1.0 : -1.0) * plain[(((u * task.Sources.Count) + s) * count) + f]);
                    ((double)ofMasks[(((u * 5) + m) * count) + f]).ShouldBe(expected, 1e-5);
                }
    }

    [Fact]
    public void A_score_is_the_weighted_sum_of_a_source_s_features()
    {
        using var tiny = TinyCheckpoint.Mistral();
        using var model = tiny.Load();
        var task = Tasks.Of(30, 2).WithUnits(new TokenRange(22, 27));
        var identity = ModelIdentity.Of(model.Config);
        var estimator = new ScoreEstimator(identity, [.. Enumerable.Range(0, identity.FeatureCount).Select(f => MathF.Sin(f))]);
        var features = AttentionFeatures.Compute(model.Transformer, task);
        var scores = ContextAttributor.Scores(model.Transformer, task, estimator);
        scores.Length.ShouldBe(1);
        for (var s = 0; s < task.Sources.Count; s++)
            ((double)scores[0][s]).ShouldBe(Enumerable.Range(0, identity.FeatureCount).Sum(f => Math.Sin(f) * features[(s * identity.FeatureCount) + f]), 1e-5);
    }
}
