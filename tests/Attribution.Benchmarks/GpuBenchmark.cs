using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Attribution.Benchmarks.Attribution;
using Attribution.FineTuning;
using Attribution.Methods;
using Attribution.Models;
using Attribution.Models.Lora;
using Attribution.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Benchmarks;

/// <summary>
/// What one GPU makes of a model of a real size, in a few minutes: rows per second of vectors and the share of the device's own rate of matrix products that
/// they reach, and the peak memory of fine-tuning. Prints Markdown, each part as soon as it is measured.
/// </summary>
internal sealed class GpuBenchmark(CausalLanguageModel model, int length, TimeSpan seconds)
{
    private const int RowsAtOnce = 8, Repeats = 10;
    private const double Gibibyte = 1L << 30;

    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    private Device Device => model.Transformer.Device;

    internal static Command Create()
    {
        var device = new Option<string>("--device") { DefaultValueFactory = _ => "cuda", Description = "cuda, or cpu to try it out." };
        var shape = new Option<string>("--shape") { DefaultValueFactory = _ => "8b", Description = "small, 56m or 8b." };
        var dtype = new Option<string>("--dtype") { DefaultValueFactory = _ => "bfloat16", Description = "float32 or bfloat16." };
        var length = new Option<int>("--length") { DefaultValueFactory = _ => 1024, Description = "Tokens of each row." };
        var seconds = new Option<int>("--seconds") { DefaultValueFactory = _ => 60, Description = "The longest that one kind of vector is measured for." };
        var steps = new Option<int>("--steps") { DefaultValueFactory = _ => 20, Description = "Steps of fine-tuning." };
        var batch = new Option<int>("--batch") { DefaultValueFactory = _ => 4, Description = "Rows of a step." };
        var command = new Command("gpu", "Vectors and a LoRA on one GPU: rows/s, share of the device's matrix products, peak memory.") { device, shape, dtype,
            length, seconds, steps, batch };
        command.SetAction(parsed =>
        {
            var place = Devices.Of(parsed.GetRequiredValue(device));
            var type = parsed.GetValue(dtype) == "bfloat16" ? bfloat16 : float32;
            var loaded = TorchLibrary.Load();
            Console.WriteLine($"libtorch {loaded.Version}, {place}, {type}, shape {parsed.GetValue(shape)}, {parsed.GetValue(length)} tokens a row.");
            if (!loaded.Fits)
                Console.WriteLine($"\n{TorchLibrary.VersionWarning(loaded)}");
            var rate = Rate(place, type);
            using var memory = new DeviceMemory(place);
            using var model = BenchmarkModels.Random(BenchmarkModels.Config(parsed.GetRequiredValue(shape)), place, type);
            Console.WriteLine(string.Create(Plain, $"{model.Transformer.Weights.Values.Sum(w => w.NumberOfElements) / 1e9:F3} billion weights; "
                + $"{memory.Peak / Gibibyte:F2} GiB used with the model loaded."));
            var benchmark = new GpuBenchmark(model, parsed.GetValue(length), TimeSpan.FromSeconds(parsed.GetValue(seconds)));
            benchmark.Vectors(rate);
            benchmark.FineTune(parsed.GetValue(steps), parsed.GetValue(batch), rate);
        });
        return command;
    }

    // The best of several square products, as large as the device is busy with.
    private static double Rate(Device device, ScalarType type)
    {
        var size = device.type == DeviceType.CUDA ? 8192 : 512;
        using var scope = NewDisposeScope();
        var (a, b) = (randn([size, size], float32, device).to(type), randn([size, size], float32, device).to(type));
        var best = double.MaxValue;
        for (var i = 0; i < Repeats; i++)
            best = Math.Min(best, Seconds(device, () => mm(a, b).Dispose()));
        var rate = 2.0 * size * size * size / best;
        Console.WriteLine(string.Create(Plain, $"Matrix products of {size}: {rate / 1e12:F3} TFLOP/s, the device's rate below."));
        return rate;
    }

    private void Vectors(double rate)
    {
        var layer = model.Config.BlockCount * 3 / 5;
        Console.WriteLine($"\n| vectors of layer {layer} | rows/s | TFLOP a row | TFLOP/s | share of the device's rate | peak memory, GiB |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var (method, backward) in new[] { ("residual_change_treatment", true), ("residual_treatment", false) })
        {
            using var memory = new DeviceMemory(Device);
            using var computer = new VectorComputer(model.Transformer, AttributionMethods.BuiltIn);
            var rows = Conversations.Pairs(RowsAtOnce, model.Config.VocabularySize, length);
            var products = new Products(model.Config, model.Transformer.DType, Device);
            foreach (var batch in computer.Batches(rows))
                products.Add([.. batch.Select(i => rows[i].Treatment)], backward ? model.Config.BlockCount : layer + 1, backward ? layer + 1 : null);
            VectorKey[] wanted = [new(method, layer)];
            Seconds(Device, () => computer.Compute(rows, wanted));
            var (done, spent) = (0, 0.0);
            while (done == 0 || (spent < seconds.TotalSeconds && done < 32 * RowsAtOnce))
            {
                spent += Seconds(Device, () => computer.Compute(rows, wanted));
                done += rows.Length;
            }
            var flops = products.Flops / rows.Length;
            Console.WriteLine(string.Create(Plain, $"| {method} | {done / spent:F2} | {flops / 1e12:F4} | {flops * done / spent / 1e12:F3} | "
                + $"{flops * done / spent / rate:P0} | {memory.Peak / Gibibyte:F2} |"));
        }
    }

    private void FineTune(int steps, int batch, double rate)
    {
        var sequences = Conversations.Pairs(steps * batch, model.Config.VocabularySize, length).Select(row => row.Treatment).ToArray();
        var options = new FineTuningOptions { Lora = new LoraConfig(), BatchSize = batch, Epochs = 1 };
        var products = new Products(model.Config, model.Transformer.DType, Device);
        foreach (var rows in sequences.Chunk(batch))
            products.AddAdapted(rows, options.Lora);
        using var memory = new DeviceMemory(Device);
        var (taken, first) = (0, 0L);
        var all = Seconds(Device, () =>
        {
            using var adapter = new LoraFineTuner(options).Train(model, sequences, _ =>
            {
                // The first step also warms up.
                if (taken++ == 0)
                    first = Stopwatch.GetTimestamp();
            });
            var last = Stopwatch.GetElapsedTime(first).TotalSeconds;
            var perStep = taken > 1 ? last / (taken - 1) : last;
            Console.WriteLine($"\n| LoRA of rank {options.Lora.Rank}, batches of {batch} | steps | s a step | share of the device's rate | peak memory, GiB |");
            Console.WriteLine("|---|---|---|---|---|");
            Console.WriteLine(string.Create(Plain, $"| {string.Join(", ", options.Lora.TargetModules)} | {taken} | {perStep:F3} | "
                + $"{products.Flops / taken / perStep / rate:P0} | {memory.Peak / Gibibyte:F2} |"));
        });
        Console.WriteLine(string.Create(Plain, $"\nFine-tuning took {all:F0} s."));
    }

    private static double Seconds(Device device, Action action)
    {
        Synchronize();
        var start = Stopwatch.GetTimestamp();
        action();
        Synchronize();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;

        void Synchronize()
        {
            if (device.type == DeviceType.CUDA)
                cuda.synchronize();
        }
    }
}
