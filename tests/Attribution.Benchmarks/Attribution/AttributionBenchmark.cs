using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Attribution.Data;
using Attribution.Methods;
using Attribution.Models;
using Attribution.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Benchmarks.Attribution;

/// <summary>
/// Attribution vectors against the original pipeline's loops on the same libtorch, model and conversations, in turn, in one run; against the bare
/// matrix products of the same shapes; and against the memory that they may take. Prints Markdown.
/// </summary>
internal sealed partial class AttributionBenchmark(CausalLanguageModel model, int layer, int rounds, TokenizedRow[] rows, int originalRows, int? budget,
    bool processorTime)
{
    private const int ProfiledRows = 16;

    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    private sealed record Job(string Name, string Vectors, bool Pairs, double Target, Action<OriginalLoop, TokenizedRow[]> Original, int OriginalShare,
        VectorKey[] Wanted, bool Backward);

    internal static Command Create()
    {
        var device = new Option<string>("--device") { DefaultValueFactory = _ => "cpu", Description = "cpu, cuda or cuda:N." };
        var dtype = new Option<string>("--dtype") { DefaultValueFactory = _ => "float32", Description = "float32 or bfloat16: of both loops." };
        var shape = new Option<string>("--shape")
        {
            DefaultValueFactory = _ => "56m",
            Description = "small (the quickstart's), 56m (hidden 512, 8 blocks, vocabulary 32,000) or 8b (Llama 3.1 8B)."
        };
        var only = new Option<string[]>("--only")
        {
            Description = "Parts: change, eleven, forward, trak, bfloat16, graph, memory, profile; "
            + "all but graph if left out.",
            AllowMultipleArgumentsPerToken = true
        };
        var conversations = new Option<int>("--conversations") { DefaultValueFactory = _ => 64, Description = "How many ours runs over." };
        var original = new Option<int>("--original")
        {
            DefaultValueFactory = _ => 16,
            Description = "How many of them the original's loop runs over (of trak a half); 0 leaves it out."
        };
        var length = new Option<int?>("--length") { Description = "Tokens of every conversation; 64 to 512 if left out." };
        var rounds = new Option<int>("--rounds") { DefaultValueFactory = _ => 2, Description = "How often each takes its turn." };
        var budget = new Option<int?>("--token-budget") { Description = "Padded tokens of one pass of ours; its default if left out." };
        var processor = new Option<bool>("--cpu-time")
        {
            Description = "Count the process's processor time, not the clock's: for a machine that others "
            + "use too, with ATTRIBUTION_THREADS=1."
        };
        var layer = new Option<int>("--layer") { DefaultValueFactory = _ => 4 };
        var command = new Command("attribution", "Attribution vectors against the original's loops and the bare matrix products.") { device, dtype, shape,
            only, conversations, original, length, rounds, layer, budget, processor };
        command.SetAction(parsed =>
        {
            var parts = parsed.GetValue(only) is { Length: > 0 } some ? some : ["memory", "change", "eleven", "forward", "trak", "bfloat16", "profile"];
            var (place, type) = (Devices.Of(parsed.GetRequiredValue(device)), parsed.GetValue(dtype) == "bfloat16" ? bfloat16 : float32);
            var config = BenchmarkModels.Config(parsed.GetRequiredValue(shape));
            using var model = BenchmarkModels.Random(config, place, type);
            var rows = Conversations.Pairs(parsed.GetValue(conversations), config.VocabularySize, parsed.GetValue(length));
            var benchmark = new AttributionBenchmark(model, parsed.GetValue(layer), parsed.GetValue(rounds), rows, parsed.GetValue(original),
                parsed.GetValue(budget), parsed.GetValue(processor));
            benchmark.Describe();
            if (parts.Contains("memory") && place.type == DeviceType.CPU)
                benchmark.Memory();
            benchmark.Speed(parts);
            if (parts.Contains("bfloat16") && type == float32)
                benchmark.HalfPrecision();
            if (parts.Contains("graph") && type == float32)
                benchmark.AgainstGraph();
            if (parts.Contains("profile"))
                benchmark.Profile();
        });
        return command;
    }

    private Job[] Jobs()
    {
        VectorKey[] eleven = [.. AttributionMethods.BuiltIn.Names.Where(name => !AttributionMethods.BuiltIn.Get(name).IsOfWholeModel()).Select(name =>
            new VectorKey(name, layer))];
        return
        [
            new("change", "residual_change_treatment, a training set", false, 6, (loop, some) => loop.Activations(some, layer, all: false), 1,
                [new("residual_change_treatment", layer)], true),
            new("eleven", "all eleven activation vectors, pairs", true, 3, (loop, some) => loop.Activations(some, layer, all: true), 1, eleven, true),
            new("forward", "residual_diff, pairs, against forward only", true, 2.7, (loop, some) => loop.ForwardOnly(some, layer), 1,
                [new("residual_diff", layer)], false),
            new("trak", "trak, 4096 numbers", false, 7, (loop, some) => loop.Trak(some), 2, [new("trak", VectorKey.WholeModel)], true),
        ];
    }

    private void Describe()
    {
        var weights = model.Transformer.Weights.Values.Sum(w => w.NumberOfElements);
        var tokens = rows.Select(r => r.Treatment.Length).ToArray();
        var loaded = TorchLibrary.Load();
        Console.WriteLine(string.Create(Plain,
            $"libtorch {loaded.Version}, {Processor.Capability} kernels, {get_num_threads()} threads, {model.Transformer.DType} on {Where()}; "
                + $"{weights / 1e6:F1} M parameters, layer {layer}."));
        Console.WriteLine(string.Create(Plain, $"{rows.Length} pairs of conversations, treatments of {tokens.Min()} to {tokens.Max()} tokens, "
            + $"{tokens.Average():F0} on average, {rows.Average(r => r.Treatment.TargetCount):F0} of them in the answer; controls "
            + $"{rows.Average(r => r.Control!.Length):F0}."));
        Console.WriteLine(string.Create(Plain,
            $"The original's loop runs over {originalRows} of them (trak over {originalRows / 2}), in turn with ours, {rounds} rounds; the best of each "
                + $"counts, in {(processorTime ? "processor" : "wall")} time. Load of the machine at the start: {Load()}."));
        Console.WriteLine();
    }

    private void Speed(string[] parts)
    {
        var jobs = Jobs().Where(job => parts.Contains(job.Name)).ToArray();
        if (jobs.Length == 0)
            return;
        Console.WriteLine("| job | original, examples/s | ours, examples/s | ratio | target | GFLOP an example | achieved, GFLOP/s | bare products, "
            + "GFLOP/s | share | bytes an example |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
        foreach (var job in jobs)
        {
            var products = ProductsOf(job, model, rows);
            var (ours, original, bare) = (double.MaxValue, double.MaxValue, double.MaxValue);
            TokenizedRow[] some = [.. rows.Take(originalRows / job.OriginalShare)];
            using var computer = new VectorComputer(model.Transformer, AttributionMethods.BuiltIn, budget);
            Compute(computer, job, rows[..Math.Min(8, rows.Length)]);
            for (var round = 0; round < rounds; round++)
            {
                if (some.Length > 0)
                    original = Math.Min(original, Seconds(() =>
                    {
                        using var loop = new OriginalLoop(model);
                        job.Original(loop, some);
                    }) / Tokens(job, some));
                ours = Math.Min(ours, Seconds(() => Compute(computer, job, rows)) / Tokens(job, rows));
                bare = Math.Min(bare, Seconds(products.Run));
            }
            var mean = Tokens(job, rows) / rows.Length;
            var seconds = ours * Tokens(job, rows);
            Console.WriteLine(string.Create(Plain,
                $"| {job.Vectors} | {(some.Length > 0 ? 1 / (original * mean) : double.NaN):F2} | {1 / (ours * mean):F2} | "
                    + $"{(some.Length > 0 ? original / ours : double.NaN):F1} | {job.Target} | {products.Flops / rows.Length / 1e9:F1} | "
                    + $"{products.Flops / seconds / 1e9:F0} | {products.Flops / bare / 1e9:F0} | {bare / seconds:F2} | {Bytes(computer, job):F0} |"));
        }
        Console.WriteLine();
    }

    private void HalfPrecision()
    {
        var job = Jobs()[0];
        using var half = BenchmarkModels.Random(model.Config, model.Transformer.Device, bfloat16);
        using var wide = new VectorComputer(model.Transformer, AttributionMethods.BuiltIn, budget);
        using var narrow = new VectorComputer(half.Transformer, AttributionMethods.BuiltIn, budget);
        var (wideProducts, narrowProducts) = (ProductsOf(job, model, rows), ProductsOf(job, half, rows));
        var best = Enumerable.Repeat(double.MaxValue, 4).ToArray();
        Compute(narrow, job, rows[..Math.Min(8, rows.Length)]);
        for (var round = 0; round < rounds; round++)
            foreach (var (i, action) in ((Action[])[() => Compute(wide, job, rows), () => Compute(narrow, job, rows), wideProducts.Run,
                narrowProducts.Run]).Index())
                best[i] = Math.Min(best[i], Seconds(action));
        Console.WriteLine("| residual_change_treatment | float32 | bfloat16 | ratio | target |");
        Console.WriteLine("|---|---|---|---|---|");
        Console.WriteLine(string.Create(Plain, $"| examples/s | {rows.Length / best[0]:F2} | {rows.Length / best[1]:F2} | {best[0] / best[1]:F2} | 2 |"));
        Console.WriteLine(string.Create(Plain, $"| bare products, GFLOP/s | {wideProducts.Flops / best[2] / 1e9:F0} | "
            + $"{narrowProducts.Flops / best[3] / 1e9:F0} | {best[2] / best[3]:F2} | |"));
        Console.WriteLine();
    }

    // The derivative that is written out against libtorch's own, on the same model.
    private void AgainstGraph()
    {
        using var half = BenchmarkModels.Random(model.Config, model.Transformer.Device, bfloat16);
        Console.WriteLine("| job, one conversation after the other | written out, examples/s | libtorch's graph, examples/s | ratio |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var of in new[] { model, half })
            foreach (var job in Jobs())
            {
                using var fused = new VectorComputer(of.Transformer, AttributionMethods.BuiltIn);
                using var graph = new VectorComputer(of.Transformer, AttributionMethods.BuiltIn) { ByGraph = true };
                var (ours, theirs) = (double.MaxValue, double.MaxValue);
                Compute(fused, job, rows[..Math.Min(4, rows.Length)]);
                Compute(graph, job, rows[..Math.Min(4, rows.Length)]);
                for (var round = 0; round < rounds; round++)
                {
                    ours = Math.Min(ours, Seconds(() => Compute(fused, job, rows)));
                    theirs = Math.Min(theirs, Seconds(() => Compute(graph, job, rows)));
                }
                Console.WriteLine(string.Create(Plain, $"| {job.Vectors}, {of.Transformer.DType} | {rows.Length / ours:F2} | "
                    + $"{rows.Length / theirs:F2} | {theirs / ours:F2} |"));
            }
        Console.WriteLine();
    }

    private void Memory()
    {
        const double gibibyte = 1L << 30;
        var weights = model.Transformer.Weights.Values.Sum(w => w.NumberOfElements * w.element_size());
        Console.WriteLine(string.Create(Plain, $"Peak memory of the process over 8 pairs of 1,024 tokens, without the model ({weights / gibibyte:F2} "
            + $"GiB); target 1.5 GiB. Before: {(Peak(reset: true) - weights) / gibibyte:F2} GiB."));
        Console.WriteLine();
        Console.WriteLine("| job | GiB |");
        Console.WriteLine("|---|---|");
        foreach (var job in Jobs().OrderBy(j => j.Name == "forward" ? 0 : 1))
        {
            using var computer = new VectorComputer(model.Transformer, AttributionMethods.BuiltIn, budget);
            Peak(reset: true);
            Compute(computer, job, Conversations.Pairs(8, model.Config.VocabularySize, 1024));
            Console.WriteLine(string.Create(Plain, $"| {job.Vectors} | {(Peak(reset: false) - weights) / gibibyte:F2} |"));
        }
        Console.WriteLine();
    }

    // A training set comes with controls too: what is cut by both lengths is the same whatever is asked for.
    private static IReadOnlyDictionary<VectorKey, float[]> Compute(VectorComputer computer, Job job, TokenizedRow[] some) => computer.Compute(some, job.Wanted);

    private static double Tokens(Job job, TokenizedRow[] some) => some.Sum(r => r.Treatment.Length + (job.Pairs ? r.Control!.Length : 0));

    private double Bytes(VectorComputer computer, Job job)
    {
        var few = rows[..Math.Min(16, rows.Length)];
        var vectors = Compute(computer, job, few);
        var bytes = 0L;
        foreach (var (key, values) in vectors)
        {
            var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.parquet");
            using (var writer = new VectorTableWriter(file, values.Length / few.Length))
            {
                for (var row = 0; row < few.Length; row++)
                    writer.Append(row, key.Layer, values.AsSpan(row * values.Length / few.Length, values.Length / few.Length));
                writer.Complete();
            }
            bytes += new FileInfo(file).Length;
            File.Delete(file);
        }
        return (double)bytes / few.Length;
    }

    private double Seconds(Action action, bool wall = false)
    {
        Synchronize();
        var (start, processor) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        action();
        Synchronize();
        return (processorTime && !wall ? Environment.CpuUsage.TotalTime - processor : Stopwatch.GetElapsedTime(start)).TotalSeconds;
    }

    private string Where() => model.Transformer.Device.type == DeviceType.CUDA ? $"{model.Transformer.Device}" : Processor.Name;

    private void Synchronize()
    {
        if (model.Transformer.Device.type == DeviceType.CUDA)
            cuda.synchronize();
    }

    private static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    // Linux counts the peak of the resident set; writing 5 to clear_refs starts it anew.
    private static long Peak(bool reset)
    {
        if (reset)
            File.WriteAllText("/proc/self/clear_refs", "5");
        return 1024 * long.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal)).Split(' ',
            StringSplitOptions.RemoveEmptyEntries)[1], Plain);
    }
}
