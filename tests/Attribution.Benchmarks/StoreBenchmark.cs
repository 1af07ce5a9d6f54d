using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Attribution.Data.Store;

namespace Attribution.Benchmarks;

/// <summary>
/// What the store adds to units of work: claiming units of nothing, listing them, and how near workers come to the ideal on units that sleep. Prints Markdown.
/// </summary>
internal static class StoreBenchmark
{
    private const int Rounds = 3;

    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    internal static Command Create()
    {
        var units = new Option<int>("--units") { DefaultValueFactory = _ => 100_000, Description = "Units of nothing." };
        var published = new Option<int>("--published") { DefaultValueFactory = _ => 2000, Description = "Units that are published too; 0 for none." };
        var workers = new Option<int>("--workers") { DefaultValueFactory = _ => 8, Description = "Processes that share the sleeping units; 0 for none." };
        var each = new Option<int>("--each") { DefaultValueFactory = _ => 100, Description = "Sleeping units for each worker." };
        var sleep = new Option<int>("--sleep") { DefaultValueFactory = _ => 50, Description = "Milliseconds of one." };
        var folder = new Option<string?>("--folder") { Description = "Where; the system's temporary folder by default. It is removed." };
        var helper = new Option<bool>("--helper") { Hidden = true };
        var command = new Command("store", "Claiming and listing units of work, and workers that share them.") { units, published, workers, each,
            sleep, folder, helper };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(helper))
            {
                Help(parsed.GetValue(units), parsed.GetValue(sleep));
                return;
            }
            var made = Directory.CreateDirectory(Path.Combine(parsed.GetValue(folder) ?? Path.GetTempPath(), $"attribution-store-{Guid.NewGuid():N}")).FullName;
            try
            {
                if (parsed.GetValue(units) > 0)
                    Claim(Path.Combine(made, "nothing"), parsed.GetValue(units));
                if (parsed.GetValue(published) > 0)
                    Publish(Path.Combine(made, "published"), parsed.GetValue(published));
                if (parsed.GetValue(workers) > 0)
                    Share(Path.Combine(made, "sleeping"), parsed.GetValue(workers), parsed.GetValue(each), parsed.GetValue(sleep));
            }
            finally
            {
                Directory.Delete(made, recursive: true);
            }
        });
        return command;
    }

    private static void Claim(string root, int units)
    {
        Console.WriteLine("| units | claimed and let go of, ms | listed by name, ms |");
        Console.WriteLine("|---|---|---|");
        using var store = new ArtifactStore(root);
        var request = Request(store);
        for (var (quarter, done) = (1, 0); quarter <= 4; quarter++)
        {
            var plan = Plan(units * quarter / 4);
            // The unit is taken and let go of, with nothing done: what remains is the price of taking it.
            var claimed = Each(plan[done..], block =>
            {
                try
                {
                    store.GetOrCreateUnlessHeld(request.ForBlock(block), _ => throw new DroppedException(), default);
                }
                catch (DroppedException)
                {
                }
            });
            // Names are what a list reads; publishing is measured below.
            foreach (var block in plan[done..])
                Directory.CreateDirectory(store.Layout.ArtifactFolder(request.Stage, request.ForBlock(block).Fingerprint));
            var listed = Each(plan, () => store.Layout.ArtifactsOf(request.Stage).Count());
            Console.WriteLine(string.Create(Plain, $"| {plan.Length:N0} | {claimed:F3} | {listed:F4} |"));
            done = plan.Length;
        }
        Console.WriteLine();
    }

    private static void Publish(string root, int units)
    {
        using var store = new ArtifactStore(root);
        var (request, plan) = (Request(store), Plan(units));
        var computed = Each(plan, block => store.GetOrCreateUnlessHeld(request.ForBlock(block), builder => File.WriteAllText(builder.PathOf("x"), ""),
            default));
        var found = Each(plan, block => store.TryGet(request.ForBlock(block)));
        var missing = Each(plan, () => new BlockComputation(store, request).Missing(plan).Count());
        Console.WriteLine("| units | published, ms | found, ms | missing of a plan, ms |");
        Console.WriteLine("|---|---|---|---|");
        Console.WriteLine(string.Create(Plain, $"| {units:N0} | {computed:F3} | {found:F3} | {missing:F3} |"));
        Console.WriteLine();
    }

    private static void Share(string root, int workers, int each, int sleep)
    {
        var units = workers * each;
        var start = () => new ProcessStartInfo(Environment.ProcessPath!, [.. Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal)
            ? [Environment.GetCommandLineArgs()[0]] : Array.Empty<string>(), "store", "--helper", "--units", $"{units}", "--sleep", $"{sleep}"])
        { RedirectStandardInput = true, RedirectStandardOutput = true };
        Process[] processes = [.. Enumerable.Range(0, workers).Select(_ => Process.Start(start())!)];
        // Programs start in their own time; what is measured begins when all are ready. In the first round they also compile themselves.
        foreach (var process in processes)
            process.StandardOutput.ReadLine();
        for (var round = 1; round <= Rounds; round++)
        {
            var store = Path.Combine(root, $"{round}");
            using (var made = new ArtifactStore(store))
                made.Prepare(default);
            var watch = Stopwatch.StartNew();
            foreach (var process in processes)
                process.StandardInput.WriteLine(store);
            var ran = processes.Select(process => int.Parse(process.StandardOutput.ReadLine()!, Plain)).ToArray();
            var (seconds, ideal) = (watch.Elapsed.TotalSeconds, (double)each * sleep / 1000);
            Console.WriteLine(string.Create(Plain, $"{workers} workers, {units:N0} units that sleep for {sleep} ms, round {round}: {seconds:F2} s, ideal "
                + $"{ideal:F2} s: {ideal / seconds:P0} of it. Computed: {ran.Sum():N0}, by the workers {ran.Min()} to {ran.Max()}."));
        }
        foreach (var process in processes)
        {
            process.StandardInput.Close();
            process.WaitForExit();
            process.Dispose();
        }
    }

    private static void Help(int units, int sleep)
    {
        var plan = Plan(units);
        Console.WriteLine("ready");
        while (Console.ReadLine() is { } root)
        {
            using var store = new ArtifactStore(root);
            store.Prepare(default);
            Console.WriteLine(new BlockComputation(store, Request(store)).Help(plan, (_, _) =>
            {
                Thread.Sleep(sleep);
                return (_, builder) => File.WriteAllText(builder.PathOf("x"), "");
            }));
        }
    }

    private static StageRequest Request(ArtifactStore store) => StageRequest.Resolve("units", new { of = "nothing" }, store.Hasher, ContentHash.Of("library"));

    private static Block[] Plan(int units)
    {
        return [.. Enumerable.Range(0, units).Select(i => new Block(i, 1, ContentHash.Of($"unit {i}")))];
    }

    private static double Each(Block[] blocks, Action<Block> action)
    {
        var watch = Stopwatch.StartNew();
        foreach (var block in blocks)
            action(block);
        return watch.Elapsed.TotalMilliseconds / blocks.Length;
    }

    private static double Each(Block[] blocks, Func<int> action)
    {
        var watch = Stopwatch.StartNew();
        _ = action();
        return watch.Elapsed.TotalMilliseconds / blocks.Length;
    }

    private sealed class DroppedException : Exception;
}
