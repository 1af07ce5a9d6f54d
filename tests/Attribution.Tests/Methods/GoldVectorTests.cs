using System.Text.Json;
using Attribution.Contracts;
using Attribution.Methods;
using Attribution.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Tests.Methods;

/// <summary>Every activation method against vectors of the original pipeline's own classes on real weights.</summary>
public sealed class GoldVectorTests
{
    private const int Layer = 2;
    private static readonly string? Folder = SharedData.Find("models", "stories260k");

    [SharedFact("models", "stories260k")]
    public void Every_method_gives_the_originals_vector_whatever_the_batch()
    {
        using var model = CausalLanguageModel.Load(Folder!, TinyModel.Device);
        var rows = Pairs();
        var gold = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder!, "gold", "vectors_layer2.json"))).RootElement.GetProperty("vectors");
        var wanted = gold.EnumerateObject().Select(m => new VectorKey(m.Name, Layer)).ToArray();
        wanted.Length.ShouldBe(11);
        wanted.Select(k => k.Method).Concat(AttributionMethodNames.OfWholeModel).Order(StringComparer.Ordinal).ShouldBe(AttributionMethods.BuiltIn.Names);

        foreach (var budget in new[] { 1, 100, 4096 })
        {
            var vectors = new VectorComputer(model.Transformer, AttributionMethods.BuiltIn, budget).Compute(rows, wanted);
            foreach (var (key, values) in vectors)
            {
                var expected = gold.GetProperty(key.Method).EnumerateArray().Select(v => v.EnumerateArray().Select(x => x.GetSingle()).ToArray()).ToArray();
                for (var row = 0; row < rows.Count; row++)
                    Compare(values.AsSpan(row * 64, 64), expected[row], $"{key.Method} row {row} budget {budget}");
            }
        }
    }

    [SharedFact("models", "stories260k")]
    public void The_losses_are_the_originals()
    {
        using var model = CausalLanguageModel.Load(Folder!, TinyModel.Device);
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var gold = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder!, "gold", "vectors_layer2.json"))).RootElement;
        var rows = Pairs();
        foreach (var (name, sequences) in new[] { ("loss_treatment", rows.Select(r => r.Treatment)), ("loss_control", rows.Select(r => r.Control!)) })
        {
            var batch = new SequenceBatch([.. sequences], TinyModel.Device);
            var context = model.Transformer.Context(rows.Count, batch.Length);
            var final = model.Transformer.Run(model.Transformer.Embed(batch.Ids), context, 0, model.Config.BlockCount);
            var losses = AnswerLoss.PerExample(model.Transformer, final, batch);
            for (var i = 0; i < rows.Count; i++)
                losses[i].ShouldBe(gold.GetProperty(name)[i].GetDouble(), 1e-4);
        }
    }

    [SharedFact("models", "stories260k")]
    public void Several_layers_from_one_pass_equal_each_alone_and_a_second_run_gives_the_same_bytes()
    {
        using var model = CausalLanguageModel.Load(Folder!, TinyModel.Device);
        var rows = Pairs();
        var computer = new VectorComputer(model.Transformer, AttributionMethods.BuiltIn);
        string[] names = ["residual_diff", "residual_change", "grad_act_treatment"];
        var together = computer.Compute(rows, [.. names.SelectMany(n => Enumerable.Range(0, 5).Select(l => new VectorKey(n, l)))]);
        var again = computer.Compute(rows, [.. together.Keys]);
        foreach (var (key, values) in together)
        {
            again[key].ShouldBe(values);
            var alone = computer.Compute(rows, [key])[key];
            for (var row = 0; row < rows.Count; row++)
                Compare(values.AsSpan(row * 64, 64), alone.AsSpan(row * 64, 64), $"{key} row {row}");
        }
        // The last block's gradient is not zero everywhere: the head reads its output.
        together[new("grad_act_treatment", 4)].Any(v => v != 0).ShouldBeTrue();
    }

    internal static IReadOnlyList<TokenizedRow> Pairs() =>
    [
        .. File.ReadLines(Path.Combine(Folder!, "gold", "pairs.jsonl")).Select((line, i) =>
        {
            var row = JsonDocument.Parse(line).RootElement;
            TokenSequence Side(string name) => new(
                [.. row.GetProperty($"{name}_tokens").EnumerateArray().Select(v => v.GetInt32())],
                [.. row.GetProperty($"{name}_keep").EnumerateArray().Select(v => v.GetInt32() != 0)]);
            return new TokenizedRow(i, Side("treatment"), Side("control"));
        }),
    ];

    // cosine > 0.99999 and relative norm error < 1e-4
    internal static void Compare(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, string what)
    {
        double dot = 0, a = 0, e = 0;
        for (var i = 0; i < expected.Length; i++)
            (dot, a, e) = (dot + (double)actual[i] * expected[i], a + (double)actual[i] * actual[i], e + (double)expected[i] * expected[i]);
        (dot / Math.Sqrt(a * e)).ShouldBeGreaterThan(0.99999, what);
        Math.Abs(Math.Sqrt(a / e) - 1).ShouldBeLessThan(1e-4, what);
    }
}
