using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Attribution.FineTuning;
using Attribution.Methods;
using Attribution.Models;
using Attribution.Models.Generation;
using Attribution.Models.Lora;
using TorchSharp;

namespace Attribution.Tests.Child;

/// <summary>
/// Everything that computes with tensors, while another thread collects garbage and runs finalizers all the time. In a process of its own, which stands still
/// whenever garbage is collected.
/// </summary>
internal static class GarbageWork
{
    private const int Rounds = 3;

    /// <summary>Whether all results are those of an undisturbed run: "equal", or what happened.</summary>
    public static string Check()
    {
        var before = Unheld;
        var expected = Run("llama") + Run("qwen3"); // by the written-out derivative and through libtorch's graph
        if (Unheld != before)
            return $"{Unheld - before} tensors are in no scope";
        using var stop = new CancellationTokenSource();
        var collections = 0;
        var collector = new Thread(() =>
        {
            for (; !stop.IsCancellationRequested; collections++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            for (var round = 0; round < Rounds; round++)
                if (Run("llama") + Run("qwen3") != expected)
                    return $"round {round} came out different";
        }
        catch (ExternalException e)
        {
            return e.Message;
        }
        finally
        {
            stop.Cancel();
            collector.Join();
        }
        return collections > 100 ? "equal" : $"only {collections} collections";
    }

    // Tensors that this thread made outside of all scopes: what frees them does not see that libtorch reads them.
    private static long Unheld => DisposeScopeManager.Statistics.TensorStatistics.CreatedOutsideScopeCount;

    private static string Run(string family)
    {
        using var model = CausalLanguageModel.Random(VectorWork.Config(family), 7);
        TokenSequence[] sequences = [.. Enumerable.Range(0, 6).Select(i => VectorWork.Sequence(i, 9 + i))];
        using var computer = new VectorComputer(model.Transformer, new AttributionMethods(projection: new() { Dimension = 64 }));
        var vectors = computer.Compute(
            [.. sequences.Select((s, i) => new TokenizedRow(i, s, s))],
                [new("residual_change", 1), new("residual_diff", 0), new("trak", VectorKey.WholeModel)]);
        var texts = new TextGenerator(model).Generate([.. sequences.Select(s => s.Ids)],
            new GenerationOptions { MaxNewTokens = 6, Temperature = 0.7, TopP = 0.9 });
        // Dropout: through libtorch's graph; without: by the derivative that is written out, where the family has one.
        var trained = new[] { 0, 0.1 }.Select(dropout =>
        {
            var options = new FineTuningOptions { Lora = new LoraConfig { Rank = 2, Dropout = dropout }, Epochs = 3, BatchSize = 2 };
            using var adapter = new LoraFineTuner(options).Train(model, sequences);
            return string.Concat(adapter.Weights.Select(w => Hash(w.A.data<float>().ToArray()) + Hash(w.B.data<float>().ToArray())));
        });
        return string.Join('\n', [.. vectors.Select(v => Hash(v.Value)), .. texts.Select(text => string.Join(' ', text.Tokens)), .. trained]);
    }

    private static string Hash(float[] numbers) => Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes<float>(numbers)));
}
