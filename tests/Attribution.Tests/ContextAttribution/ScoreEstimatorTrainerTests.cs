using System.Numerics.Tensors;
using Attribution.ContextAttribution;
using Attribution.Diagnostics;

namespace Attribution.Tests.ContextAttribution;

public sealed class ScoreEstimatorTrainerTests
{
    private const int Masks = 32;
    private static readonly ModelIdentity s_model = new("llama", 6, 8, null);

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    public void Training_finds_the_direction_that_the_outputs_were_made_with(double noise)
    {
        var random = new Random(1);
        var truth = Enumerable.Range(0, s_model.FeatureCount).Select(_ => (float)(Normal(random) * random.NextDouble())).ToArray();
        // Every unit has an offset and a scale of its own, which a correlation does not see.
        var examples = Enumerable.Range(0, 120).Select(i => Example(random, truth, units: i % 4, noise)).ToArray();
        var estimator = ScoreEstimatorTrainer.Train(examples, s_model, new() { BatchSize = 64 });
        ((double)TensorPrimitives.CosineSimilarity(truth, estimator.Weights.ToArray())).ShouldBeGreaterThan(0.99);
        estimator.Weights.Sum(w => Math.Abs((double)w)).ShouldBe(1, 1e-5);
        var facts = estimator.Training.ShouldNotBeNull();
        (facts.ExampleCount, facts.ExcludedCount, facts.UnitCount).ShouldBe((90, 30, 180));
        facts.Correlation.ShouldBeGreaterThan(noise == 0 ? 0.99 : 0.8);
    }

    [Fact]
    public void The_same_seed_gives_the_same_weights_and_another_seed_others()
    {
        var examples = Examples();
        float[] Train(long seed) => [.. ScoreEstimatorTrainer.Train(examples, s_model, new() { Steps = 20, BatchSize = 8, Seed = seed }).Weights];
        Train(1).ShouldBe(Train(1));
        Train(1).ShouldNotBe(Train(2));
    }

    [Fact]
    public void The_first_step_follows_the_gradient_of_the_mean_correlation()
    {
        // Adam's first step moves every weight by the learning rate, up or down as the gradient says; dividing by the norm moves all alike.
        var examples = Examples();
        double Correlation(float[] weights) => examples.Where(e => e.UnitCount > 0).Average(e => Pearson(e, weights));
        var step = ScoreEstimatorTrainer.Train(examples, s_model, new() { Steps = 1, LearningRate = 1e-4 }).Weights;
        var middle = (step.Max() + step.Min()) / 2;
        var start = Enumerable.Repeat(1f / s_model.FeatureCount, s_model.FeatureCount).ToArray();
        for (var f = 0; f < start.Length; f++)
        {
            var (up, down) = ((float[])start.Clone(), (float[])start.Clone());
            (up[f], down[f]) = (up[f] + 1e-4f, down[f] - 1e-4f);
            Math.Sign(step[f] - middle).ShouldBe(Math.Sign(Correlation(up) - Correlation(down)), $"feature {f}");
        }
    }

    [Fact]
    public void Outputs_that_do_not_change_train_nothing()
    {
        var random = new Random(3);
        var constant = Example(random, new float[s_model.FeatureCount], 2, 0);
        var estimator = ScoreEstimatorTrainer.Train([constant], s_model, new() { Steps = 3 });
        estimator.Weights.ShouldAllBe(w => Math.Abs(w - (1f / s_model.FeatureCount)) < 1e-7f);
    }

    [Fact]
    public void What_cannot_be_trained_on_is_an_error()
    {
        var examples = Examples();
        ErrorOf(() => ScoreEstimatorTrainer.Train([.. examples.Where(e => e.UnitCount == 0)], s_model, new())).Code.ShouldBe(ErrorCodes.NoTargetUnits);
        ErrorOf(() => ScoreEstimatorTrainer.Train([], s_model, new())).Code.ShouldBe(ErrorCodes.NoTargetUnits);
        foreach (var options in (ScoreEstimatorOptions[])[new() { Steps = 0 }, new() { LearningRate = 0 }, new() { LearningRate = double.NaN },
            new() { BatchSize = 0 }])
            ErrorOf(() => ScoreEstimatorTrainer.Train(examples, s_model, options)).Code.ShouldBe(ErrorCodes.EstimatorOptionInvalid);
        var wrong = examples[1] with { FeatureCount = 3 };
        ErrorOf(() => ScoreEstimatorTrainer.Train([examples[0], wrong], s_model, new())).Row.ShouldBe(1);
        ErrorOf(() => ScoreEstimatorTrainer.Train([examples[1] with { Outputs = [1] }], s_model, new())).Code.ShouldBe(ErrorCodes.TaskFeaturesInvalid);
        ErrorOf(() => ScoreEstimatorTrainer.Train([examples[1], examples[1] with { MaskCount = 16 }], s_model,
            new())).Code.ShouldBe(ErrorCodes.TaskFeaturesInvalid);
        examples[3].Outputs[0] = float.NaN;
        ErrorOf(() => ScoreEstimatorTrainer.Train(examples, s_model, new())).Row.ShouldBe(3);
    }

    private static AttributionException ErrorOf(Action action) => Should.Throw<AttributionException>(action);

    private static TaskFeatures[] Examples()
    {
        var random = new Random(2);
        var truth = Enumerable.Range(0, s_model.FeatureCount).Select(_ => (float)Normal(random)).ToArray();
        return [.. Enumerable.Range(0, 16).Select(i => Example(random, truth, i % 2, 0.5))];
    }

    private static TaskFeatures Example(Random random, float[] truth, int units, double noise)
    {
        var features = Enumerable.Range(0, units * Masks * truth.Length).Select(_ => (float)Normal(random)).ToArray();
        var length = TensorPrimitives.Norm(truth);
        var outputs = new float[units * Masks];
        for (var u = 0; u < units; u++)
        {
            var (offset, scale) = (20 * Normal(random), 0.1 + random.NextDouble());
            for (var m = 0; m < Masks; m++)
            {
                var at = (u * Masks) + m;
                var signal = TensorPrimitives.Dot(features.AsSpan(at * truth.Length, truth.Length), truth);
                outputs[at] = (float)(length == 0 ? offset : offset + (scale * (signal + (noise * 0.5 * length * Normal(random)))));
            }
        }
        return new(units, Masks, truth.Length, features, outputs);
    }

    private static double Pearson(TaskFeatures example, float[] weights)
    {
        var p = Enumerable.Range(0, Masks).Select(m => Enumerable.Range(0, weights.Length).Sum(f =>
            (double)weights[f] * example.Features[(m * weights.Length) + f])).ToArray();
        var (mp, my) = (p.Average(), example.Outputs.Average());
        var (cp, cy) = (p.Select(x => x - mp).ToArray(), example.Outputs.Select(y => (double)y - my).ToArray());
        return cp.Zip(cy, (a, b) => a * b).Sum() / Math.Sqrt(cp.Sum(a => a * a) * cy.Sum(b => b * b));
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
