using System.CommandLine;
using System.Diagnostics;
using Attribution.Models;
using Attribution.Models.Generation;
using Attribution.Tensors;
using Spectre.Console;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Benchmarks;

/// <summary>
/// Tokens per second of greedy generation with a cache, against two bounds measured in turn with it: reading every weight of a step once, and
/// nothing but the step's matrix products. The model is random, with more weights than any cache of the machine holds.
/// </summary>
internal static class GenerateBenchmark
{
    private const int PromptTokens = 32, NewTokens = 32, Rounds = 5;

    internal static Command Create()
    {
        var device = new Option<string>("--device") { DefaultValueFactory = _ => "cpu" };
        var dtype = new Option<string>("--dtype") { DefaultValueFactory = _ => "float32" };
        var blocks = new Option<int>("--blocks") { DefaultValueFactory = _ => 8 };
        var width = new Option<int>("--width") { DefaultValueFactory = _ => 1024 };
        var command = new Command("generate", "Greedy tokens per second at batch 1 and 16, against reading the weights once per step.") { device, dtype,
            blocks, width };
        command.SetAction(parsed => Run(Devices.Of(parsed.GetRequiredValue(device)), parsed.GetValue(dtype) == "bfloat16" ? bfloat16 : float32,
            parsed.GetValue(blocks), parsed.GetValue(width)));
        return command;
    }

    private static void Run(Device device, ScalarType dtype, int blocks, int width)
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        File.WriteAllText(Path.Combine(folder, "config.json"), $$"""
            {"model_type":"llama","vocab_size":8192,"hidden_size":{{width}},"intermediate_size":{{width * 11 / 4}},
             "num_hidden_layers":{{blocks}},"num_attention_heads":{{width / 64}},
             "num_key_value_heads":{{width / 128}},"hidden_act":"silu","max_position_embeddings":4096,"rms_norm_eps":1e-5,"rope_theta":10000.0}
            """);
        using var model = BenchmarkModels.Random(ModelConfig.Load(folder), device, dtype);
        Directory.Delete(folder, recursive: true);
        var read = model.Transformer.Linears.Sum(linear => linear.Weight.NumberOfElements * linear.Weight.element_size());
        var table = new Table().AddColumns("batch", "tokens/s", "ms a step", "weights read, ms", "products only, ms", "of reading", "of products");
        foreach (var batch in new[] { 1, 16 })
        {
            var times = new double[3][];
            for (var i = 0; i < 3; i++)
                times[i] = new double[Rounds];
            for (var round = -1; round < Rounds; round++)
            {
                double[] seconds = [Step(model, batch), Read(model), Products(model, batch)];
                for (var i = 0; i < 3 && round >= 0; i++)
                    times[i][round] = seconds[i];
            }
            var (step, reading, products) = (Median(times[0]), Median(times[1]), Median(times[2]));
            table.AddRow(
                $"{batch}", $"{batch / step:F1}", $"{step * 1e3:F2}", $"{reading * 1e3:F2} ({read / reading / 1e9:F1} GB/s)", $"{products * 1e3:F2}",
                $"{reading / step:P0}", $"{products / step:P0}");
        }
        AnsiConsole.WriteLine($"{read / 1e6:F0} MB of weights a step, {dtype} on {device}, {get_num_threads()} threads, prompt {PromptTokens}, medians "
            + $"of {Rounds} rounds in turn");
        AnsiConsole.Write(table);
    }

    /// <summary>Seconds of one step: those of a generation less those of one with a single new token, by the steps between.</summary>
    private static double Step(CausalLanguageModel model, int batch)
    {
        IReadOnlyList<int>[] prompts = [.. Enumerable.Range(0, batch).Select(b =>
            (IReadOnlyList<int>)[.. Enumerable.Range(0, PromptTokens).Select(t => (t * 31 + b * 17) % 8192)])];
        double Generate(int count) => Seconds(model, () => new TextGenerator(model).Generate(prompts,
            new() { MaxNewTokens = count, StopTokens = new HashSet<int>() }));
        return (Generate(NewTokens + 1) - Generate(1)) / NewTokens;
    }

    /// <summary>Seconds to read the weights of a step once, by summing them.</summary>
    private static double Read(CausalLanguageModel model) => Repeat(model, 4, linear =>
    {
        using var sum = linear.Weight.sum();
    });

    /// <summary>Seconds for a step's matrix products alone, each as the model does it.</summary>
    private static double Products(CausalLanguageModel model, int batch)
    {
        using var scope = NewDisposeScope();
        var inputs = model.Transformer.Linears.Select(linear => linear.Weight.shape[1]).Distinct().ToDictionary(size => size, size =>
            ones(batch, size, model.Transformer.DType, model.Transformer.Device));
        return Repeat(model, 8, linear =>
        {
            using var product = linear.Forward(inputs[linear.Weight.shape[1]]);
        });
    }

    private static double Repeat(CausalLanguageModel model, int times, Action<Linear> action) => Seconds(model, () =>
    {
        using var none = no_grad();
        for (var i = 0; i < times; i++)
            foreach (var linear in model.Transformer.Linears)
                action(linear);
    }) / times;

    private static double Seconds(CausalLanguageModel model, Action action)
    {
        Synchronize(model);
        var start = Stopwatch.GetTimestamp();
        action();
        Synchronize(model);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static void Synchronize(CausalLanguageModel model)
    {
        if (model.Transformer.Device.type == DeviceType.CUDA)
            cuda.synchronize();
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);
}
