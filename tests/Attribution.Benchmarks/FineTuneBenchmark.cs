using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Attribution.Benchmarks.Attribution;
using Attribution.FineTuning;
using Attribution.Models;
using Attribution.Models.Fused;
using Attribution.Models.Lora;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using AdamW = Attribution.Tensors.AdamW;

namespace Attribution.Benchmarks;

/// <summary>
/// Steps of fine-tuning: ours, the bare matrix products of a step, and a plain loop that trains every weight through libtorch's graph with AdamW, in turn, in
/// one run; and what a step of ours spends its time on. Prints Markdown.
/// </summary>
internal sealed class FineTuneBenchmark(CausalLanguageModel model, LoraConfig lora, TokenSequence[][] batches, int rounds)
{
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    internal static Command Create()
    {
        var shape = new Option<string>("--shape") { DefaultValueFactory = _ => "small", Description = "small (the quickstart's) or 56m." };
        var batch = new Option<int>("--batch") { DefaultValueFactory = _ => 8, Description = "Rows of a step." };
        var length = new Option<int>("--length") { DefaultValueFactory = _ => 60, Description = "Tokens of the longest row; the shortest has half." };
        var steps = new Option<int>("--steps") { DefaultValueFactory = _ => 26, Description = "Steps of a round." };
        var rounds = new Option<int>("--rounds") { DefaultValueFactory = _ => 3 };
        var command = new Command("finetune", "Steps of fine-tuning against bare matrix products and a plain loop over every weight.") { shape, batch, length,
            steps, rounds };
        command.SetAction(parsed =>
        {
            using var model = CausalLanguageModel.Random(BenchmarkModels.Config(parsed.GetRequiredValue(shape)), 1);
            var rows = parsed.GetValue(batch);
            var random = new Random(3);
            TokenSequence[][] batches = [.. Enumerable.Range(0, parsed.GetValue(steps)).Select(_ => Enumerable.Range(0, rows).Select(row =>
            {
                var tokens = (int)(parsed.GetValue(length) * (0.5 + (0.5 * random.NextDouble())));
                return new TokenSequence([.. Enumerable.Range(0, tokens).Select(_ => random.Next(model.Config.VocabularySize))],
                    [.. Enumerable.Range(0, tokens).Select(t => t >= tokens / 2)]);
            }).ToArray())];
            new FineTuneBenchmark(model, new LoraConfig(), batches, parsed.GetValue(rounds)).Run();
        });
        return command;
    }

    private void Run()
    {
        var products = new Products(model.Config, float32, CPU);
        foreach (var batch in batches)
            products.AddAdapted(batch, lora);
        double[] best = [double.MaxValue, double.MaxValue, double.MaxValue];
        Ours();
        for (var round = 0; round < rounds; round++)
            foreach (var (i, action) in ((Action[])[Ours, products.Run, Original]).Index())
                best[i] = Math.Min(best[i], Seconds(action));
        Console.WriteLine(string.Create(Plain, $"{get_num_threads()} threads, {batches.Length} steps of {batches[0].Length} rows, "
            + $"{batches.Average(b => b.Sum(s => s.Length)):F0} tokens a step; the best of {rounds} rounds."));
        Console.WriteLine();
        Console.WriteLine("| | ms a step | GFLOP/s | ours to it |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var (i, name) in ((string[])["ours, LoRA", "its bare products", "a plain loop over every weight"]).Index())
            Console.WriteLine(string.Create(Plain, $"| {name} | {best[i] / batches.Length * 1e3:F1} | "
                + $"{(i < 2 ? products.Flops / best[i] / 1e9 : double.NaN):F0} | {best[0] / best[i]:F2} |"));
        Console.WriteLine();
        Profile(products.Flops, best[1]);
    }

    private void Ours()
    {
        using var adapter = new LoraFineTuner(new FineTuningOptions { Lora = lora, BatchSize = batches[0].Length, Epochs = 1 }).Train(model,
            [.. batches.SelectMany(b => b)]);
    }

    private void Original()
    {
        using var copy = CausalLanguageModel.Random(model.Config, 1);
        Parameter[] weights = [.. copy.Transformer.Weights.Values.Select(weight => new Parameter(weight.detach()))];
        var names = copy.Transformer.Weights.Keys.ToArray();
        var original = new OriginalModel(model.Config, float32, names.Zip(weights).ToDictionary(p => p.First, p => (Tensor)p.Second));
        var optimizer = optim.AdamW(weights, 1e-4, weight_decay: 0.01);
        foreach (var batch in batches)
        {
            using var scope = NewDisposeScope();
            var padded = new SequenceBatch(batch, CPU);
            var mask = tensor(batch.SelectMany(s => Enumerable.Range(0, padded.Length).Select(t => t < s.Length ? 1L : 0)).ToArray(),
                [batch.Length, padded.Length]);
            var (logits, _) = original.Forward(padded.Ids, mask);
            nn.functional.cross_entropy(logits.view(-1, model.Config.VocabularySize).index_select(0, padded.Positions), padded.Targets).backward();
            optimizer.step();
            optimizer.zero_grad();
        }
        foreach (var weight in weights)
            weight.Dispose();
        optimizer.Dispose();
    }

    // The parts of a step, one after the other as LoraFineTuner has them.
    private void Profile(double flops, double bare)
    {
        using var adapter = LoraAdapter.Attach(model, lora, 1);
        adapter.Training = true;
        using var optimizer = new AdamW(adapter.Parameters);
        var (seconds, steps) = (new Dictionary<string, double>(), new Dictionary<string, double>());
        var start = Stopwatch.GetTimestamp();
        void Stop(string part)
        {
            seconds[part] = seconds.GetValueOrDefault(part) + Stopwatch.GetElapsedTime(start).TotalSeconds;
            start = Stopwatch.GetTimestamp();
        }
        Rows.Timed = (file, time) => steps[Path.GetFileNameWithoutExtension(file)] = steps.GetValueOrDefault(Path.GetFileNameWithoutExtension(file))
            + time.TotalSeconds;
        foreach (var batch in batches)
        {
            using var scope = NewDisposeScope();
            using var none = no_grad();
            using var gradients = new LoraGradients(adapter);
            start = Stopwatch.GetTimestamp();
            var packed = new PackedSequences(batch);
            var pass = new FusedPass(model.Transformer, packed,
                model.Transformer.Context(batch.Length, batch.Max(s => s.Length), [.. batch.Select(s => s.Length)]));
            Stop("batch and positions");
            var kept = new KeptBlock[model.Config.BlockCount];
            var stream = pass.Embed();
            for (var block = 0; block < kept.Length; block++)
                stream = pass.Forward(block, stream, kept[block] = new KeptBlock(), targetsOnly: block == kept.Length - 1);
            Stop("forward");
            var (_, gradient) = pass.Loss(stream);
            Stop("head and loss, both ways");
            double inside = 0;
            for (var block = kept.Length - 1; block >= 0; block--)
                using (kept[block])
                    gradient = pass.Backward(block, kept[block], gradient, entrance: block > 0, (linear, at, _) =>
                    {
                        var began = Stopwatch.GetTimestamp();
                        gradients.Take(linear, at);
                        inside += Stopwatch.GetElapsedTime(began).TotalSeconds;
                    }) ?? gradient;
            Stop("backward");
            seconds["backward"] -= inside;
            seconds["gradients of the adapter"] = seconds.GetValueOrDefault("gradients of the adapter") + inside;
            LoraFineTuner.GradientNorm(adapter);
            Stop("the gradient's norm");
            optimizer.Step(1e-3);
            optimizer.ZeroGradients();
            Stop("AdamW");
        }
        Rows.Timed = null;
        var total = seconds.Values.Sum();
        Console.WriteLine(string.Create(Plain, $"{flops / batches.Length / 1e9:F2} GFLOP a step; bare products are {bare / total:P0} "
            + $"of the parts below together."));
        Console.WriteLine();
        Console.WriteLine("| part of a step | ms | share |");
        Console.WriteLine("|---|---|---|");
        foreach (var (part, time) in seconds)
            Console.WriteLine(string.Create(Plain, $"| {part} | {time / batches.Length * 1e3:F2} | {time / total:P0} |"));
        foreach (var (step, time) in steps.OrderByDescending(step => step.Value))
            Console.WriteLine(string.Create(Plain, $"| of forward, head and backward: {step} | {time / batches.Length * 1e3:F2} | {time / total:P0} |"));
    }

    private static double Seconds(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
