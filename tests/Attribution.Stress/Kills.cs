using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Attribution.Worker.Tests.Stages;
using Attribution.Worker.Tests.Stages.Context;

namespace Attribution.Stress;

/// <summary>Workers killed at random moments of every stage, the judge's with a server that is paid; what comes out is what an undisturbed run gives.</summary>
internal static class Kills
{
    private const int Concurrency = 2;

    /// <summary>Stages of data selection, each a single process.</summary>
    public static Task<string> Run(int count, int seed) => Selection(count, seed, workers: "1", Whole);

    /// <summary>Stages of data selection with three processes each: all of them killed, the first alone, or a helper alone.</summary>
    public static Task<string> RunHelpers(int count, int seed) => Selection(count, seed, workers: "3", OneOrAll);

    /// <summary>Stages of a context experiment with two processes each.</summary>
    public static async Task<string> RunContext(int count, int seed)
    {
        using var whole = Context("1");
        using var killed = Context("2");
        return await Compare(whole, killed, count, seed, OneOrAll, atStart: () => { }, atEnd: () => { });
        static Subject Context(string workers)
        {
            var experiment = new TestContextExperiment();
            experiment.Write(Enumerable.Range(0, 24).Select(i => TestContextExperiment.Row(i)));
            return new(experiment, new() { ["ATTRIBUTION_WORKERS"] = workers });
        }
    }

    private static async Task<string> Selection(int count, int seed, string workers, Func<StageProcess, Random, string> kill)
    {
        var paid = new ConcurrentDictionary<string, int>();
        using var server = new ChatServer(call =>
        {
            paid.AddOrUpdate(call.Asked, 1, (_, n) => n + 1);
            var verdict = $$"""{"score": {{call.Asked.Length % 3}}, "rationale": "{{call.Asked.Length}} letters"}""";
            return ChatAct.Say(verdict) with { Pause = TimeSpan.FromMilliseconds(20) };
        });
        using var whole = Paying("1");
        using var killed = Paying(workers);
        return await Compare(whole, killed, count, seed, kill, atStart: paid.Clear, atEnd: () =>
        {
            // A call that was under way when its worker died is lost with it: at most one more for each that was.
            paid.Values.Sum(n => n - 1).ShouldBeLessThanOrEqualTo(2 * Concurrency);
            paid.Clear();
        }) + ", at most the calls under way at a kill were paid again";

        Subject Paying(string count) => new(new TestExperiment
        {
            Judge = "llm",
            Trait = "sycophancy",
            Llm = new { model = "judge-1", endpoint = $"{server.Address}", concurrency = Concurrency },
        }.WithData(120), new() { ["OPENAI_API_KEY"] = "sk-stress-8Kq27Lm03pQx1Yvw", ["ATTRIBUTION_WORKERS"] = count });
    }

    private static async Task<string> Compare(Subject whole, Subject killed, int count, int seed, Func<StageProcess, Random, string> kill,
        Action atStart, Action atEnd)
    {
        var moments = new Dictionary<string, int>();
        whole.Begin();
        foreach (var stage in whole.Stages)
        {
            var clock = Stopwatch.StartNew();
            whole.Finish(stage);
            moments[stage] = (int)clock.ElapsedMilliseconds;
        }
        atStart();
        var random = new Random(seed);
        var died = new SortedDictionary<string, int>();
        // Every stage in turn, until there are enough; the experiment is begun anew when it came to its end.
        while (true)
        {
            foreach (var stage in killed.Stages)
            {
                if (died.Values.Sum() < count)
                    using (var worker = killed.Start(stage))
                    {
                        await Task.Delay(random.Next(50, Math.Max(100, moments[stage])));
                        if (!worker.HasExited)
                        {
                            var who = $"{stage}{kill(worker, random)}";
                            died[who] = died.GetValueOrDefault(who) + 1;
                        }
                        worker.Finish();
                    }
                killed.Finish(stage);
            }
            killed.Results.ShouldEqual(whole.Results);
            atEnd();
            if (died.Values.Sum() >= count)
                break;
            killed.Begin();
        }
        return $"{died.Values.Sum()} killed ({string.Join(", ", died.Select(d => $"{d.Key} {d.Value}"))}), {whole.Results.Count} files equal";
    }

    private static string Whole(StageProcess worker, Random random)
    {
        worker.Kill();
        return "";
    }

    private static string OneOrAll(StageProcess worker, Random random)
    {
        var children = Children(worker.Id);
        switch (random.Next(3))
        {
            case 0 when children.Length > 0:
                Process.Start("sh", ["-c", $"kill -KILL {children[random.Next(children.Length)]} 2>/dev/null"]).WaitForExit();
                return "'s helper";
            case 1:
                worker.Signal("KILL");
                return "'s first";
            default:
                worker.Kill();
                return "";
        }
    }

    private static int[] Children(int process)
    {
        try
        {
            return [.. Directory.EnumerateDirectories($"/proc/{process}/task").SelectMany(task => File.ReadAllText(Path.Combine(task, "children"))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(id => int.Parse(id, CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            return [];
        }
    }
}
