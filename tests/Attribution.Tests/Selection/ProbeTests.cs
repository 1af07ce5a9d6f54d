using Attribution.Diagnostics;
using Attribution.Selection;
using Attribution.Selection.Probes;

namespace Attribution.Tests.Selection;

public sealed class ProbeTests : IDisposable
{
    private const int Dimension = 48, Pairs = 120;

    // Small hidden layers: what is tested is training, not size.
    private static readonly ProbeOptions SmallMlp = ProbeOptions.Mlp with { HiddenSizes = [32, 16] };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<bool> Kinds => new(false, true);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Planted_rows_come_first_unless_the_labels_are_shuffled(bool isDeep)
    {
        var (treatments, controls) = Evaluation();
        // Every second pair the other way round: nothing is left to learn but noise.
        var shuffledTreatments = treatments.Zip(controls).Select((pair, i) => i % 2 == 0 ? pair.First : pair.Second).ToArray();
        var shuffledControls = treatments.Zip(controls).Select((pair, i) => i % 2 == 0 ? pair.Second : pair.First).ToArray();
        // Longer and shorter than each other, which must make no difference.
        var train = Enumerable.Range(0, 400).Select(i => Scaled(Row(1000 + i, i % 10 == 0 ? 1 : 0), 1 + i % 7)).ToArray();

        var probe = Probe.Train(isDeep ? SmallMlp : ProbeOptions.Linear, new MemoryVectors(treatments), new MemoryVectors(controls));
        var shuffled = Probe.Train(isDeep ? SmallMlp : ProbeOptions.Linear, new MemoryVectors(shuffledTreatments), new MemoryVectors(shuffledControls));
        var scores = RowScorer.Score([RowScorer.Of(Method(isDeep), probe), RowScorer.Of(Method(isDeep), shuffled)], new MemoryVectors(train));
        Auroc(scores[0]).ShouldBeGreaterThan(0.95);
        Auroc(scores[1]).ShouldBeInRange(0.2, 0.8);
        probe.Fit.ValidationAccuracy.ShouldBeGreaterThanOrEqualTo(0.8);
        shuffled.Fit.ValidationAccuracy.ShouldBeLessThan(0.8);
        probe.Fit.ValidationLoss.ShouldBeLessThan(0.9 * Math.Log(2));

        static double Auroc(IReadOnlyList<ScoredRow> scores)
        {
            var (planted, others) = (scores.Where(s => s.Index % 10 == 0).ToArray(), scores.Where(s => s.Index % 10 != 0).ToArray());
            return planted.Average(p => others.Average(o => p.Score > o.Score ? 1.0 : p.Score == o.Score ? 0.5 : 0));
        }
    }

    [Fact]
    public void Training_stops_when_the_held_out_loss_no_longer_falls_and_keeps_the_best()
    {
        var noise = Enumerable.Range(0, 2 * Pairs).Select(i => Row(i, 0)).ToArray();
        var options = ProbeOptions.Linear with { LearningRate = 0.1 };
        var fit = Probe.Train(options, new MemoryVectors(noise[..Pairs]), new MemoryVectors(noise[Pairs..])).Fit;
        fit.Epochs.ShouldBe(fit.BestEpoch + options.Patience);
        fit.Epochs.ShouldBeLessThan(options.Epochs);
        fit.Converged.ShouldBeTrue();
        var again = Probe.Train(options with { Epochs = fit.BestEpoch }, new MemoryVectors(noise[..Pairs]), new MemoryVectors(noise[Pairs..]));
        again.Fit.ValidationLoss.ShouldBe(fit.ValidationLoss);
        again.Fit.Converged.ShouldBeFalse("its cap was met");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_score_is_the_logit_of_the_row_at_length_one(bool isDeep)
    {
        var (treatments, controls) = Evaluation();
        var probe = Probe.Train(isDeep ? SmallMlp with { Epochs = 2 } : ProbeOptions.Linear, new MemoryVectors(treatments), new MemoryVectors(controls));
        float[][] train = [.. Enumerable.Range(0, 1500).Select(i => Scaled(Row(i, i % 2), i + 0.1f))];
        (train[3], train[1200]) = (new float[Dimension], Scaled(train[1200], float.NaN));
        var scores = RowScorer.Of(Method(isDeep), probe).Score(new MemoryVectors(train));
        scores.Select(s => s.Index).ShouldBe(Enumerable.Range(0, 1500).Select(i => (long)i));
        scores.Where(s => float.IsNaN(s.Score)).Select(s => s.Index).ShouldBe([3L, 1200]);
        foreach (var row in new[] { 0, 1, 1023, 1024, 1499 })
            ((double)scores[row].Score).ShouldBe(Logit(probe, train[row]), 1e-4);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Equal_vectors_and_seed_give_equal_bytes_and_a_file_gives_the_probe_back(bool isDeep)
    {
        var (treatments, controls) = Evaluation();
        var options = (isDeep ? SmallMlp : ProbeOptions.Linear) with { Epochs = 3 };
        var source = new MemoryVectors(treatments);
        var probe = Probe.Train(options, source, new MemoryVectors(controls));
        probe.Save(_folder["a"]);
        Probe.Train(options, source, new MemoryVectors(controls)).Save(_folder["b"]);
        Probe.Train(options with { Seed = 1 }, source, new MemoryVectors(controls)).Save(_folder["c"]);
        File.ReadAllBytes(_folder["b"]).ShouldBe(File.ReadAllBytes(_folder["a"]));
        File.ReadAllBytes(_folder["c"]).ShouldNotBe(File.ReadAllBytes(_folder["a"]));

        var loaded = Probe.Load(_folder["a"]);
        loaded.Fit.ShouldBe(probe.Fit);
        var train = new MemoryVectors(Row(1, 0), Row(2, 1));
        RowScorer.Of(Method(isDeep), loaded).Score(train).ShouldBe(RowScorer.Of(Method(isDeep), probe).Score(train));
        Should.Throw<AttributionException>(() => RowScorer.Of(Method(isDeep),
            loaded).Score(new MemoryVectors([1f, 2f]))).Code.ShouldBe(ErrorCodes.VectorWidths);
    }

    [Fact]
    public void The_layers_are_those_of_the_definition()
    {
        var (treatments, controls) = Evaluation(pairs: 10);
        var mlp = Probe.Train(ProbeOptions.Mlp with { Epochs = 1 }, new MemoryVectors(treatments), new MemoryVectors(controls));
        mlp.Layers.Select(l => (l.Inputs, l.Outputs)).ShouldBe([(Dimension, 4096), (4096, 2048), (2048, 1)]);
        ProbeOptions.Mlp.Dropout.ShouldBe(0.1);
        Probe.Train(ProbeOptions.Linear with { Epochs = 1 }, new MemoryVectors(treatments), new MemoryVectors(controls)).Layers.Select(l =>
            (l.Inputs, l.Outputs)).ShouldBe([(Dimension, 1)]);
    }

    [Fact]
    public void What_cannot_train_a_probe_is_said()
    {
        var (treatments, controls) = Evaluation(pairs: 10);
        foreach (var method in new[] { ScoringMethod.Linear, ScoringMethod.Mlp })
        {
            var none = Should.Throw<AttributionException>(() => RowScorer.From(method, new MemoryVectors(treatments)));
            (none.Code, none.Property).ShouldBe((ErrorCodes.ControlVectorsMissing, "ScoringMethod"));
            Should.Throw<AttributionException>(() => RowScorer.Along(method, treatments[0])).Code.ShouldBe(ErrorCodes.ControlVectorsMissing);
        }
        // Nine pairs are left of ten when one of them has no direction.
        controls[4] = new float[Dimension];
        var few = Should.Throw<AttributionException>(() => RowScorer.From(ScoringMethod.Linear, new MemoryVectors(treatments), new MemoryVectors(controls)));
        few.Code.ShouldBe(ErrorCodes.ProbePairsTooFew);
        few.Message.ShouldContain("share 9");
        controls[4] = [1, 2];
        Should.Throw<AttributionException>(() => RowScorer.From(ScoringMethod.Linear, new MemoryVectors(treatments),
            new MemoryVectors(controls))).Code.ShouldBe(ErrorCodes.VectorWidths);
        (treatments, controls) = Evaluation();
        Should.Throw<OperationCanceledException>(() => RowScorer.From(ScoringMethod.Linear, new MemoryVectors(treatments), new MemoryVectors(controls),
            cancellation: new CancellationToken(canceled: true)));
    }

    private static ScoringMethod Method(bool isDeep) => isDeep ? ScoringMethod.Mlp : ScoringMethod.Linear;

    private static (float[][] Treatments, float[][] Controls) Evaluation(int pairs = Pairs) =>
        ([.. Enumerable.Range(0, pairs).Select(i => Row(i, 1))], [.. Enumerable.Range(0, pairs).Select(i => Row(-1 - i, 0))]);

    // Noise, and with the behaviour some of one direction that no coordinate shows alone.
    private static float[] Row(int seed, float behaviour)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Dimension).Select(d => (float)(random.NextDouble() * 2 - 1)
            + 0.3f * behaviour * (d % 3 == 0 ? 1 : d % 3 == 1 ? -1 : 0))];
    }

    private static float[] Scaled(float[] row, float scale) => [.. row.Select(v => v * scale)];

    private static double Logit(Probe probe, float[] row)
    {
        var norm = Math.Sqrt(row.Sum(v => (double)v * v));
        double[] x = [.. row.Select(v => v / norm)];
        foreach (var (number, layer) in probe.Layers.Index())
        {
            double[] y = [.. Enumerable.Range(0, layer.Outputs).Select(o => layer.Bias[o] + x.Select((v, i) => v * layer.Weights[o * layer.Inputs + i]).Sum())];
            x = number < probe.Layers.Count - 1 ? [.. y.Select(v => Math.Max(v, 0))] : y;
        }
        return x[0];
    }
}
