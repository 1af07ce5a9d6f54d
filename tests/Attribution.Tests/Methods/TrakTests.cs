using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Attribution.Diagnostics;
using Attribution.Methods;
using Attribution.Methods.Projections;
using Attribution.Models;
using Attribution.Tests.Child;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Tests.Methods;

/// <summary>Projected gradients of weights against the gradients themselves, which these models are small enough to hold.</summary>
public sealed class TrakTests
{
    private static readonly VectorKey Trak = new("trak", VectorKey.WholeModel);

    [SharedTheory("models", "stories260k")]
    [InlineData(ProjectionKind.Kronecker)]
    [InlineData(ProjectionKind.Sparse)]
    public void Inner_products_on_real_weights_are_those_of_the_exact_gradients(ProjectionKind kind)
    {
        using var model = CausalLanguageModel.Load(SharedData.Find("models", "stories260k")!, TinyModel.Device);
        var pairs = GoldVectorTests.Pairs();
        var random = new Random(5);
        // 64 pieces of real text: each ends at another place.
        TokenSequence[] sequences = [.. Enumerable.Range(0, 64).Select(i =>
        {
            var row = pairs[i % pairs.Count];
            var whole = i / pairs.Count % 2 == 0 ? row.Treatment : row.Control!;
            var (start, length) = (random.Next(whole.Length / 2), random.Next(8, 24));
            int[] ids = [.. whole.Ids.Skip(start).Take(length)];
            return new TokenSequence(ids, [.. Enumerable.Range(0, ids.Length).Select(t => t >= ids.Length / 2)]);
        })];
        Correlation(model, sequences, kind).ShouldBeGreaterThanOrEqualTo(0.95);
    }

    [Theory]
    [InlineData(ProjectionKind.Kronecker)]
    [InlineData(ProjectionKind.Sparse)]
    public void Inner_products_on_random_weights_are_those_of_the_exact_gradients(ProjectionKind kind)
    {
        using var model = TinyModel.Create();
        Correlation(model, TinyModel.Conversations(64), kind).ShouldBeGreaterThanOrEqualTo(0.95);
    }

    [Theory]
    [InlineData(ProjectionKind.Kronecker)]
    [InlineData(ProjectionKind.Sparse)]
    public void The_vector_is_the_documented_projection_of_the_exact_gradient(ProjectionKind kind)
    {
        var identity = new ProjectionIdentity { Kind = kind, Dimension = 16, Seed = -5 };
        using var model = TinyModel.Create();
        var sequence = TinyModel.Conversations(1)[0];
        var expected = new double[identity.Dimension];
        foreach (var (linear, gradient) in ExactGradients(model, sequence, identity))
        {
            var (rows, columns) = ((int)linear.Weight.shape[0], (int)linear.Weight.shape[1]);
            ulong[] Numbers(string side, int count) => SplitMix64($"{identity.Seed}:{linear.Name}:{side}", count);
            if (kind == ProjectionKind.Sparse)
            {
                var numbers = Numbers("S", 2 * gradient.Length);
                for (var e = 0; e < gradient.Length; e++)
                    foreach (var half in new[] { (uint)numbers[2 * e], (uint)(numbers[2 * e] >> 32), (uint)numbers[2 * e + 1],
                        (uint)(numbers[2 * e + 1] >> 32) })
                        expected[(int)((half % (1UL << 31)) * 16 >> 31)] += (half >> 31 == 0 ? 0.5 : -0.5) * gradient[e];
                continue;
            }
            double[,] Side(string side, int size)
            {
                var numbers = Numbers(side, 5); // one for the signs, four for the rows
                List<int> order = [.. Enumerable.Range(0, Math.Max(4, (int)Math.Pow(2, Math.Ceiling(Math.Log2(size)))))];
                var signs = new double[4, size];
                for (var i = 0; i < 4; i++)
                {
                    var other = i + (int)((numbers[1 + i] >> 32) * (ulong)(order.Count - i) / 4294967296);
                    (order[i], order[other]) = (order[other], order[i]);
                    for (var k = 0; k < size; k++)
                        signs[i, k] = ((numbers[0] >> k & 1) == 1 ? 1 : -1) * (int.PopCount(order[i] & k) % 2 == 0 ? 1 : -1);
                }
                return signs;
            }
            var (p, q) = (Side("P", rows), Side("Q", columns));
            for (var i = 0; i < 4; i++)
                for (var j = 0; j < 4; j++)
                    for (var e = 0; e < gradient.Length; e++)
                        expected[i * 4 + j] += p[i, e / columns] * gradient[e] * q[j, e % columns] / 4;
        }
        var actual = Compute(model, [sequence], identity);
        for (var k = 0; k < expected.Length; k++)
            actual[k].ShouldBe((float)expected[k], 1e-5f + (1e-4f * (float)Math.Abs(expected[k])));
    }

    [Theory]
    [InlineData(ProjectionKind.Kronecker)]
    [InlineData(ProjectionKind.Sparse)]
    public void A_batch_gives_what_its_rows_give_alone(ProjectionKind kind)
    {
        using var model = TinyModel.Create();
        var sequences = TinyModel.Conversations(12, seed: 2);
        var identity = new ProjectionIdentity { Kind = kind };
        var (together, alone) = (Compute(model, sequences, identity), Compute(model, sequences, identity, tokenBudget: 1));
        for (var row = 0; row < sequences.Length; row++)
            GoldVectorTests.Compare(together.AsSpan(row * 4096, 4096), alone.AsSpan(row * 4096, 4096), $"row {row}");
    }

    [Fact]
    public void Another_process_gives_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        TinyModel.WriteConfig(folder.Path);
        using var child = Process.Start(new ProcessStartInfo("dotnet",
            ["exec", typeof(TrakWork).Assembly.Location, "trak", folder.Path])
        { RedirectStandardOutput = true })!;
        var here = TrakWork.Hash(folder.Path);
        child.StandardOutput.ReadToEnd().Trim().ShouldBe(here);
    }

    [Fact]
    public void All_methods_and_layers_come_out_of_one_forward_pass_that_keeps_no_more_graph_than_they_need()
    {
        // A model that goes through libtorch's graph.
        using var files = Models.TinyCheckpoint.Qwen3();
        using var model = CausalLanguageModel.Load(files.Folder); // on the CPU, where each conversation is a pass by itself
        TokenizedRow[] rows = [.. TinyModel.Conversations(4).Select((s, i) => new TokenizedRow(i, s with { Ids = [.. s.Ids.Select(id => id % 23)] }))];
        VectorKey[] activations = [new("residual_treatment", 0), new("grad_act_treatment", 1), new("residual_change_treatment", 2),
            new("residual_change_treatment", 1)];
        VectorKey[] everything = [.. activations, new("grad_act_treatment", 0), Trak];

        using var computer = new VectorComputer(model.Transformer, AttributionMethods.BuiltIn);
        var runs = new List<(int Block, bool Graph)>();
        foreach (var linear in model.Transformer.Linears.Where(l => l.Name.EndsWith("down_proj", StringComparison.Ordinal)))
            linear.Observer = (_, output) => runs.Add((int.Parse(linear.Name.Split('.')[2]), output.requires_grad));
        void Expect(VectorKey[] wanted, params (int, bool)[] expected)
        {
            runs.Clear();
            computer.Compute(rows, wanted);
            runs.ShouldBe(rows.SelectMany(_ => expected)); // each conversation is a pass by itself
        }
        Expect([new("residual_treatment", 0)], (0, false));
        Expect(activations, (0, false), (1, false), (2, true));
        Expect(everything, (0, true), (1, true), (2, true));

        var together = computer.Compute(rows, everything);
        foreach (var key in everything)
        {
            var alone = computer.Compute(rows, [key])[key];
            var width = alone.Length / rows.Length;
            for (var row = 0; row < rows.Length; row++)
                GoldVectorTests.Compare(together[key].AsSpan(row * width, width), alone.AsSpan(row * width, width), $"{key} row {row}");
        }
    }

    [Fact]
    public void Matrices_are_chosen_by_name_and_only_blocks_with_one_of_them_need_a_graph()
    {
        using var files = Models.TinyCheckpoint.Qwen3();
        using var model = CausalLanguageModel.Load(files.Folder); // on the CPU, where each conversation is a pass by itself
        var identity = new ProjectionIdentity { Layers = @"layers\.[12]\.mlp\.down", Dimension = 64 };
        identity.Match(model.Transformer).Select(l => l.Name).ShouldBe(["model.layers.1.mlp.down_proj", "model.layers.2.mlp.down_proj"]);
        var graphs = new List<bool>();
        model.Transformer.Linears[0].Observer = (_, output) => graphs.Add(output.requires_grad);
        TokenSequence[] sequences = [.. TinyModel.Conversations(2).Select(s => s with { Ids = [.. s.Ids.Select(id => id % 23)] })];
        Compute(model, sequences, identity).Length.ShouldBe(2 * 64);
        graphs.ShouldBe([false, false]);
    }

    [Fact]
    public void A_row_without_an_answer_has_no_vector_and_harms_no_other()
    {
        using var model = TinyModel.Create();
        var sequence = TinyModel.Conversations(1)[0];
        var identity = new ProjectionIdentity();
        var vectors = Compute(model, [sequence, sequence with { Keep = new bool[sequence.Length] }], identity);
        vectors.AsSpan(4096).ToArray().ShouldAllBe(x => float.IsNaN(x));
        GoldVectorTests.Compare(vectors.AsSpan(0, 4096), Compute(model, [sequence], identity), "beside a row without an answer");
    }

    [Fact]
    public void Settings_that_cannot_be_are_named_with_what_to_do()
    {
        using var model = TinyModel.Create();
        Invalid(() => Compute(model, TinyModel.Conversations(1), new() { Dimension = 4000 }), "ProjectionDim", "a square number");
        Invalid(() => Compute(model, TinyModel.Conversations(1), new() { Kind = ProjectionKind.Sparse, Dimension = 0 }), "ProjectionDim", "a positive number");
        Invalid(() => Compute(model, TinyModel.Conversations(1), new() { Layers = "q_prj" }), "ProjectionLayers", "model.layers.0.self_attn.q_proj");
        Invalid(() => Compute(model, TinyModel.Conversations(1), new() { Layers = "(" }), "ProjectionLayers", "no regular expression");
        Invalid(() => ProjectionIdentity.ParseKind("dense"), "Projection", "kronecker or sparse");
        using var computer = new VectorComputer(model.Transformer, AttributionMethods.BuiltIn);
        Should.Throw<AttributionException>(() => computer.Compute([], [new("trak", 2)])).Code.ShouldBe(ErrorCodes.LayerOutOfRange);
        Should.Throw<AttributionException>(() => computer.Compute([], [new("residual_diff", VectorKey.WholeModel)])).Code.ShouldBe(ErrorCodes.LayerOutOfRange);

        static void Invalid(Action action, string property, string text)
        {
            var error = Should.Throw<AttributionException>(action);
            (error.Code, error.Property).ShouldBe((ErrorCodes.ProjectionInvalid, property));
            error.Message.ShouldContain(text);
        }
    }

    [Fact]
    public void Only_vectors_of_one_projection_are_compared()
    {
        using var folder = new TemporaryFolder();
        string Folder(string name, ProjectionIdentity? identity)
        {
            Directory.CreateDirectory(folder[name]);
            identity?.Write(folder[name]);
            return folder[name];
        }
        var (plain, trak) = (Folder("plain", null), Folder("trak", new()));
        ProjectionIdentity.RequireSame(plain, Folder("plain too", null));
        ProjectionIdentity.RequireSame(trak, Folder("trak too", new()));
        Differ(plain, trak, "compare with trak vectors only");
        Differ(trak, plain, "compare with trak vectors only");
        Differ(trak, Folder("other", new() { Seed = 1, Kind = ProjectionKind.Sparse, Dimension = 1024, Layers = "mlp" }),
            "projection Kronecker and Sparse, dimension 4096 and 1024, seed 0 and 1, layers");

        File.WriteAllText(Path.Combine(trak, ProjectionIdentity.FileName), "{\"kind\": \"dense\"}");
        var error = Should.Throw<AttributionException>(() => ProjectionIdentity.Read(trak));
        (error.Code, error.File).ShouldBe((ErrorCodes.ProjectionInvalid, Path.Combine(trak, ProjectionIdentity.FileName)));

        static void Differ(string train, string evaluation, string text)
        {
            var error = Should.Throw<AttributionException>(() => ProjectionIdentity.RequireSame(train, evaluation));
            error.Code.ShouldBe(ErrorCodes.ProjectionsDiffer);
            error.Message.ShouldContain(text);
        }
    }

    // Pearson, over all pairs of two different examples.
    private static double Correlation(CausalLanguageModel model, TokenSequence[] sequences, ProjectionKind kind)
    {
        var identity = new ProjectionIdentity { Kind = kind };
        var projected = Compute(model, sequences, identity);
        float[][] exact = [.. sequences.Select(s => ExactGradients(model, s, identity).SelectMany(g => g.Gradient).ToArray())];
        var (x, y) = (new List<double>(), new List<double>());
        for (var a = 0; a < sequences.Length; a++)
            for (var b = 0; b < a; b++)
            {
                x.Add(System.Numerics.Tensors.TensorPrimitives.Dot(projected.AsSpan(a * 4096, 4096), projected.AsSpan(b * 4096, 4096)));
                y.Add(System.Numerics.Tensors.TensorPrimitives.Dot<float>(exact[a], exact[b]));
            }
        var (meanX, meanY) = (x.Average(), y.Average());
        return x.Zip(y, (u, v) => (u - meanX) * (v - meanY)).Sum() / Math.Sqrt(x.Sum(u => Math.Pow(u - meanX, 2)) * y.Sum(v => Math.Pow(v - meanY, 2)));
    }

    private static float[] Compute(CausalLanguageModel model, IReadOnlyList<TokenSequence> sequences, ProjectionIdentity identity, int tokenBudget = 4096)
    {
        using var computer = new VectorComputer(model.Transformer, new AttributionMethods(projection: identity), tokenBudget);
        return computer.Compute([.. sequences.Select((s, i) => new TokenizedRow(i, s))], [Trak])[Trak];
    }

    // By libtorch's own derivative with respect to the weights.
    private static List<(Linear Linear, float[] Gradient)> ExactGradients(CausalLanguageModel model, TokenSequence sequence, ProjectionIdentity identity)
    {
        using var scope = NewDisposeScope();
        var linears = identity.Match(model.Transformer);
        foreach (var linear in linears)
            linear.Weight.requires_grad = true;
        try
        {
            var batch = new SequenceBatch([sequence], TinyModel.Device);
            var final = model.Transformer.Run(model.Transformer.Embed(batch.Ids), model.Transformer.Context(1, batch.Length), 0, model.Config.BlockCount);
            var loss = nn.functional.cross_entropy(model.Transformer.Logits(final, batch.Positions), batch.Targets);
            var gradients = autograd.grad([loss], [.. linears.Select(l => l.Weight)]);
            return [.. linears.Zip(gradients, (l, g) => (l, g.flatten().cpu().data<float>().ToArray()))];
        }
        finally
        {
            foreach (var linear in linears)
                linear.Weight.requires_grad = false;
        }
    }

    private static ulong[] SplitMix64(string name, int count)
    {
        var state = BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var z = state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        })];
    }
}
