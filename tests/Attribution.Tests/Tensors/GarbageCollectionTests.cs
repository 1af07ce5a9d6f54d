using System.Runtime.InteropServices;
using Attribution.FineTuning;
using Attribution.Methods;
using Attribution.Models;
using Attribution.Models.Generation;
using Attribution.Models.Lora;
using Attribution.Tests.Models;

namespace Attribution.Tests.Tensors;

/// <summary>
/// Everything that computes with tensors, while another thread collects garbage and runs finalizers all the time: what libtorch reads must be held by somebody.
/// TorchSharp's own conversions fail this within seconds.
/// </summary>
public sealed class GarbageCollectionTests
{
    [Fact]
    public void Fine_tuning_generation_and_vectors_are_undisturbed_by_a_thread_that_collects_all_the_time()
    {
        using var files = TinyCheckpoint.Llama();
        using var other = TinyCheckpoint.Qwen3(); // through libtorch's graph
        var expected = Run(files) + Run(other);

        using var stop = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            for (var round = 0; round < 3; round++)
                (Run(files) + Run(other)).ShouldBe(expected);
        }
        finally
        {
            stop.Cancel();
            collector.Join();
        }
    }

    private static string Run(TinyCheckpoint files)
    {
        using var model = files.Load();
        TokenSequence[] sequences = [.. Enumerable.Range(0, 6).Select(i => new TokenSequence(TinyCheckpoint.Tokens(9 + i, i), [.. Enumerable.Range(0, 9 + i).Select(t => t > 3)]))];
        using var computer = new VectorComputer(model.Transformer, new AttributionMethods(projection: new() { Dimension = 64 }));
        var vectors = computer.Compute(
            [.. sequences.Select((s, i) => new TokenizedRow(i, s, s))], [new("residual_change", 1), new("residual_diff", 0), new("trak", VectorKey.WholeModel)]);
        var texts = new TextGenerator(model).Generate([.. sequences.Select(s => s.Ids)], new GenerationOptions { MaxNewTokens = 6, Temperature = 0.7, TopP = 0.9 });
        using var adapter = new LoraFineTuner(new FineTuningOptions { Lora = new LoraConfig { Rank = 2, Dropout = 0.1 }, Epochs = 3, BatchSize = 2 }).Train(model, sequences);
        return string.Join('\n',
        [
            .. vectors.Select(v => Hash(v.Value)),
            .. texts.Select(text => string.Join(' ', text.Tokens)),
            .. adapter.Weights.Select(w => Hash(w.A.data<float>().ToArray()) + Hash(w.B.data<float>().ToArray())),
        ]);
    }

    private static string Hash(float[] numbers) => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(MemoryMarshal.AsBytes<float>(numbers)));
}
