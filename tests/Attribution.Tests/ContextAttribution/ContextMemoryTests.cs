using Attribution.ContextAttribution;
using Attribution.Models;
using Attribution.Tests.Data;

namespace Attribution.Tests.ContextAttribution;

/// <summary>What the whole process holds while features are computed; so nothing may run beside it.</summary>
[Collection(nameof(MeasuresTheProcess))]
public sealed class ContextMemoryTests
{
    [Fact]
    public void Features_never_hold_the_attention_of_all_blocks()
    {
        const int length = 512, blocks = 24, heads = 16;
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["config.json"], $$"""
            {"model_type": "llama", "hidden_size": 64, "intermediate_size": 64, "num_hidden_layers": {{blocks}}, "num_attention_heads": {{heads}},
             "num_key_value_heads": {{heads}}, "vocab_size": 40, "max_position_embeddings": 1024, "rms_norm_eps": 1e-5, "hidden_act": "silu",
             "tie_word_embeddings": true}
            """);
        using var model = CausalLanguageModel.Random(ModelConfig.Load(folder.Path), 1);
        var task = new AttributionTask(
            [.. Enumerable.Range(0, length).Select(t => t % 40)], new(length - 64, length),
                [.. Enumerable.Range(8, 400).Select(t => new TokenRange(t, t + 1))], [new(length - 64, length)]);
        // Loads and touches everything once.
        AttentionFeatures.Compute(model.Transformer, new([.. task.Tokens.Take(20)], new(10, 20), [new(2, 5)], [new(10, 20)]));

        var (before, peak, isDone) = (Environment.WorkingSet, 0L, false);
        var watch = new Thread(() =>
        {
            while (!Volatile.Read(ref isDone))
            {
                peak = Math.Max(peak, Environment.WorkingSet);
                Thread.Sleep(1);
            }
        });
        watch.Start();
        AttentionFeatures.Compute(model.Transformer, task);
        Volatile.Write(ref isDone, true);
        watch.Join();
        // T x T x heads x blocks in float32 would be 403 MB; one block's scores, masked scores and weights are 50 MB.
        var all = 4L * length * length * heads * blocks;
        (peak - before).ShouldBeLessThan(all / 4, $"{(peak - before) >> 20} MiB of {all >> 20}");
    }
}
