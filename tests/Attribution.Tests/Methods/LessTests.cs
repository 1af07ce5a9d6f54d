using Attribution.FineTuning;
using Attribution.Methods.Less;
using Attribution.Methods.Projections;
using Attribution.Models;
using Attribution.Models.Lora;
using Attribution.Models.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Tests.Methods;

/// <summary>The vectors of <c>less</c> against its formula in float64, with gradients by libtorch's own derivative.</summary>
public sealed class LessTests
{
    private static readonly FineTuningOptions Options = new()
    {
        Lora = new LoraConfig { Rank = 2, Alpha = 4, TargetModules = ["q_proj", "down_proj"] },
        LearningRate = 0.01,
        BatchSize = 3,
        Epochs = 2,
    };

    [Fact]
    public void Products_are_the_sums_over_checkpoints_of_the_rate_times_the_cosine_of_Adams_step_and_the_plain_gradient()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Create();
        using var scope = NewDisposeScope();
        var folders = WarmUp(model, folder, TinyModel.Conversations(7));
        TokenSequence[] train = TinyModel.Conversations(4, seed: 2), evaluation = TinyModel.Conversations(3, seed: 3);

        var expected = new double[train.Length, evaluation.Length];
        var size = 0;
        foreach (var at in folders)
        {
            // The file's facts: rate and steps; its moments of every number of the adapter.
            var facts = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(at, "checkpoint.json"))).RootElement;
            var (rate, steps) = (facts.GetProperty("learningRate").GetDouble(), facts.GetProperty("steps").GetInt32());
            using var moments = SafetensorsFile.Open(Path.Combine(at, "optimizer.safetensors"));
            using var adapter = LoraAdapter.Load(model, at);
            double[] All(string which) => [.. adapter.Parameters.SelectMany((_, p) =>
                moments.Load($"{p}.{which}").flatten().data<float>().ToArray()).Select(x => (double)x)];
            var (mean, square) = (All("mean"), All("square"));
            size = mean.Length;
            double[] Step(double[] g) => [.. g.Select((x, i) =>
                (0.9 * mean[i] + 0.1 * x) / (1 - Math.Pow(0.9, steps + 1)) / (Math.Sqrt((0.999 * square[i] + 0.001 * x * x) / (1 - Math.Pow(0.999, steps + 1)))
                    + 1e-8))];
            var (left, right) = (train.Select(row => Step(Gradient(adapter, row))).ToArray(), evaluation.Select(row => Gradient(adapter, row)).ToArray());
            for (var i = 0; i < train.Length; i++)
                for (var j = 0; j < evaluation.Length; j++)
                    expected[i, j] += rate * left[i].Zip(right[j], (a, b) => a * b).Sum() / Math.Sqrt(left[i].Sum(a => a * a) * right[j].Sum(b => b * b));
        }

        using var projection = new Whole(size);
        var vectors = new LessVectors(model, folders, projection, size);
        var (r, e) = (vectors.Compute(train, isTraining: true), vectors.Compute(evaluation, isTraining: false));
        for (var i = 0; i < train.Length; i++)
            for (var j = 0; j < evaluation.Length; j++)
                ((double)Dot(r, e, 2 * size, i, j)).ShouldBe(expected[i, j], 2e-5 * 0.015);
        // All vectors are of one length, so that cosines have the order of the products.
        for (var i = 0; i < train.Length; i++)
            ((double)Dot(r, r, 2 * size, i, i)).ShouldBe((double)Dot(e, e, 2 * size, 0, 0), 1e-6);
        model.Adapter.ShouldBeNull();
    }

    [Fact]
    public void A_checkpoint_has_the_moments_and_the_rate_of_its_epoch()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Create();
        using var scope = NewDisposeScope();
        var rows = TinyModel.Conversations(3);
        // One step an epoch: m = 0.1 g and v = 0.001 g^2, g the gradient of the adapter that nothing has trained.
        double[] gradient;
        using (var start = LoraAdapter.Attach(model, Options.Lora, Options.Seed))
            gradient = [.. Enumerable.Range(0, Gradient(start, rows[0]).Length).Select(i => rows.Average(row => Gradient(start, row)[i]))];
        var folders = WarmUp(model, folder, rows);
        using var moments = SafetensorsFile.Open(Path.Combine(folders[0], "optimizer.safetensors"));
        double[] All(string which) => [.. Enumerable.Range(0, moments.Entries.Count / 2).SelectMany(p =>
            moments.Load($"{p}.{which}").flatten().data<float>().ToArray()).Select(x => (double)x)];
        foreach (var (g, m, v) in gradient.Zip(All("mean"), All("square")))
        {
            m.ShouldBe(0.1 * g, 1e-6);
            v.ShouldBe(0.001 * g * g, 1e-7);
        }
        double[] rates = [.. folders.Select(at => System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(at,
            "checkpoint.json"))).RootElement.GetProperty("learningRate").GetDouble())];
        rates.ShouldBe([0.01, 0.005]); // falling to 0 behind the second of two steps
    }

    [Theory]
    [InlineData(ProjectionKind.Kronecker)]
    [InlineData(ProjectionKind.Sparse)]
    public void Projected_vectors_have_nearly_the_products_of_whole_ones_and_depend_on_no_other_row(ProjectionKind kind)
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Create();
        var folders = WarmUp(model, folder, TinyModel.Conversations(7));
        var rows = TinyModel.Conversations(24, seed: 4);
        const int dimension = 4096;
        using var projection = GradientProjection.Of(new ProjectionIdentity { Kind = kind, Dimension = dimension }, float32, TinyModel.Device);
        var projected = new LessVectors(model, folders, projection, dimension);
        var some = projected.Compute(rows, isTraining: true);
        projected.Compute([rows[5]], isTraining: true).ShouldBe(some[(5 * 2 * dimension)..(6 * 2 * dimension)]);
        projected.Compute([rows[0] with { Keep = new bool[rows[0].Length] }], isTraining: false).ShouldAllBe(x => float.IsNaN(x));

        var size = 0;
        using (var adapter = LoraAdapter.Load(model, folders[0]))
            size = (int)adapter.Parameters.Sum(p => p.NumberOfElements);
        using var whole = new Whole(size);
        var exact = new LessVectors(model, folders, whole, size).Compute(rows, isTraining: true);
        var (x, y) = (new List<double>(), new List<double>());
        for (var i = 0; i < rows.Length; i++)
            for (var j = 0; j < i; j++)
            {
                x.Add(Dot(some, some, 2 * dimension, i, j));
                y.Add(Dot(exact, exact, 2 * size, i, j));
            }
        var (meanX, meanY) = (x.Average(), y.Average());
        (x.Zip(y, (u, v) => (u - meanX) * (v - meanY)).Sum() / Math.Sqrt(x.Sum(u => (u - meanX) * (u - meanX)) * y.Sum(v =>
            (v - meanY) * (v - meanY)))).ShouldBeGreaterThan(0.95);
    }

    private static string[] WarmUp(CausalLanguageModel model, TemporaryFolder folder, IReadOnlyList<TokenSequence> rows)
    {
        new LoraFineTuner(Options).Train(model, rows, null, default, c =>
            LessCheckpoint.Save(LessCheckpoint.FolderOf(folder.Path, c.Epoch), c, "tiny")).Dispose();
        return [.. Enumerable.Range(1, Options.Epochs).Select(epoch => LessCheckpoint.FolderOf(folder.Path, epoch))];
    }

    // By libtorch's graph: A and B of each matrix, one behind the other.
    private static double[] Gradient(LoraAdapter adapter, TokenSequence row)
    {
        using var scope = NewDisposeScope();
        LoraFineTuner.Backward(adapter, [row], byGraph: true);
        var gradient = adapter.Parameters.SelectMany(p => p.grad!.flatten().cpu().data<float>().ToArray()).Select(x => (double)x).ToArray();
        foreach (var parameter in adapter.Parameters)
            parameter.grad = null;
        return gradient;
    }

    private static float Dot(float[] a, float[] b, int width, int i, int j) =>
        System.Numerics.Tensors.TensorPrimitives.Dot(a.AsSpan(i * width, width), b.AsSpan(j * width, width));

    /// <summary>No projection: every number of every matrix at a place of its own.</summary>
    private sealed class Whole(int size) : GradientProjection
    {
        private readonly Dictionary<string, long> _places = [];
        private long _used;

        public override Tensor Keep(Linear linear, Tensor input) => input;

        public override void Add(Linear linear, Tensor kept, Tensor gradient, (long Start, long Length)[] spans, Tensor vectors)
        {
            var matrix = gradient.t().mm(kept).narrow(0, 1, kept.shape[0] - 1).flatten(); // the first row is zero
            if (_places.TryAdd(linear.Name, _used))
                _used += matrix.NumberOfElements;
            _used.ShouldBeLessThanOrEqualTo(size);
            vectors[0].narrow(0, _places[linear.Name], matrix.NumberOfElements).add_(matrix, Attribution.Tensors.Scalars.One);
        }

        public override void Dispose()
        {
        }
    }
}
