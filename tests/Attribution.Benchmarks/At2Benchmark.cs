using System.CommandLine;
using System.Diagnostics;
using Attribution.ContextAttribution;
using Attribution.Models;
using Attribution.Tensors;
using Spectre.Console;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Benchmarks;

/// <summary>
/// Features and outputs of one example against NumMasks + 1 full forward passes of its length, measured in turn. The passes are as cheap as plain
/// ones get: the head runs at the target's positions only.
/// </summary>
internal static class At2Benchmark
{
    private const int Before = 24, Query = 40, Target = 96, Rounds = 3;

    internal static Command Create()
    {
        var device = new Option<string>("--device") { DefaultValueFactory = _ => "cpu" };
        var dtype = new Option<string>("--dtype") { DefaultValueFactory = _ => "float32" };
        var blocks = new Option<int>("--blocks") { DefaultValueFactory = _ => 8 };
        var width = new Option<int>("--width") { DefaultValueFactory = _ => 512 };
        var context = new Option<int>("--context") { Description = "Tokens of the context, each a source.", DefaultValueFactory = _ => 600 };
        var masks = new Option<int>("--masks") { DefaultValueFactory = _ => 32 };
        var command = new Command("at2", "Features and outputs of one example against full forward passes of its length; training of an estimator.") { device,
            dtype, blocks, width, context, masks };
        command.SetAction(parsed =>
        {
            Run(
                Devices.Of(parsed.GetRequiredValue(device)), parsed.GetValue(dtype) == "bfloat16" ? bfloat16 : float32, parsed.GetValue(blocks),
                    parsed.GetValue(width),
                parsed.GetValue(context), parsed.GetValue(masks));
            Train(parsed.GetValue(masks));
        });
        return command;
    }

    private static void Run(Device device, ScalarType dtype, int blocks, int width, int contextLength, int maskCount)
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        File.WriteAllText(Path.Combine(folder, "config.json"), $$"""
            {"model_type":"llama","vocab_size":8192,"hidden_size":{{width}},"intermediate_size":{{width * 11 / 4}},
             "num_hidden_layers":{{blocks}},"num_attention_heads":{{width / 64}},
             "num_key_value_heads":{{width / 128}},"hidden_act":"silu","max_position_embeddings":16384,"rms_norm_eps":1e-5,"rope_theta":10000.0}
            """);
        using var model = BenchmarkModels.Random(ModelConfig.Load(folder), device, dtype);
        Directory.Delete(folder, recursive: true);

        var answer = Before + contextLength + Query;
        var task = new AttributionTask(
            [.. Enumerable.Range(0, answer + Target).Select(t => ((t * 31) + (t / 7)) % 8192)], new(answer, answer + Target),
            [.. Enumerable.Range(Before, contextLength).Select(t => new TokenRange(t, t + 1))],
                [.. Enumerable.Range(0, 4).Select(u => new TokenRange(answer + (u * Target / 4), answer + ((u + 1) * Target / 4)))]);
        var masks = AblationMasks.Random(maskCount, contextLength, 0.5, 1, "benchmark");
        var times = new (double Wall, double Processor)[4][];
        for (var i = 0; i < times.Length; i++)
            times[i] = new (double, double)[Rounds];
        for (var round = -1; round < Rounds; round++)
        {
            (double, double)[] seconds =
            [
                Seconds(model, () => ContextAttributor.FeaturesAndOutputs(model.Transformer, task, masks)),
                Seconds(model, () => AttentionFeatures.OfMasks(model.Transformer, task, masks)),
                Seconds(model, () => AblatedOutputs.Compute(model.Transformer, task, masks)),
                Seconds(model, () => Passes(model.Transformer, task, maskCount + 1)),
            ];
            for (var i = 0; i < times.Length && round >= 0; i++)
                times[i][round] = seconds[i];
        }

        AnsiConsole.WriteLine($"{task.Tokens.Count} tokens, {contextLength} of them sources, {maskCount} masks; {blocks} blocks of width {width}, {dtype} "
            + $"on {device}, {get_num_threads()} threads, medians of {Rounds} rounds in turn");
        var table = new Table().AddColumns("", "seconds", "of the passes", "processor seconds", "of the passes");
        string[] names = ["features and outputs", "features alone", "outputs alone", $"{maskCount + 1} full passes"];
        var (wall, processor) = (times.Select(t => Median(t.Select(x => x.Wall))).ToArray(), times.Select(t => Median(t.Select(x => x.Processor))).ToArray());
        foreach (var (i, name) in names.Index())
            table.AddRow(name, $"{wall[i]:F3}", $"{wall[i] / wall[^1]:F3}", $"{processor[i]:F3}", $"{processor[i] / processor[^1]:F3}");
        AnsiConsole.Write(table);
    }

    private static void Passes(Transformer model, AttributionTask task, int count)
    {
        using var none = no_grad();
        var length = task.Target.End - 1;
        for (var i = 0; i < count; i++)
        {
            using var scope = NewDisposeScope();
            var ids = tensor(task.Tokens.Take(length).Select(id => (long)id).ToArray(), [1, length], device: model.Device);
            var stream = model.Run(model.Embed(ids), model.Context(1, length), 0, model.Config.BlockCount);
            model.Logits(stream, arange(task.Target.Start - 1, length, device: model.Device));
        }
    }

    // 32 blocks of 32 heads, as the published estimators have
    private static void Train(int maskCount)
    {
        var model = new ModelIdentity("llama", 32, 32, null);
        var random = new Random(1);
        var examples = Enumerable.Range(0, 1000).Select(_ => new TaskFeatures(
            4, maskCount, model.FeatureCount, Uniform(random, 4 * maskCount * model.FeatureCount), Uniform(random, 4 * maskCount))).ToArray();
        var (start, processor) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        ScoreEstimatorTrainer.Train(examples, model, new());
        AnsiConsole.WriteLine($"training, {examples.Length} examples of {maskCount} masks and {model.FeatureCount} features: "
            + $"{Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s, {(Environment.CpuUsage.TotalTime - processor).TotalSeconds:F1} s of the processor");
    }

    private static float[] Uniform(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];

    private static (double Wall, double Processor) Seconds(CausalLanguageModel model, Action action)
    {
        var (start, processor) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        action();
        if (model.Transformer.Device.type == DeviceType.CUDA)
            cuda.synchronize();
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - processor).TotalSeconds);
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);
}
