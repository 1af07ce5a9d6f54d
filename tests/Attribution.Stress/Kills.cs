using System.Collections.Concurrent;
using Attribution.Worker.Tests.Stages;

namespace Attribution.Stress;

/// <summary>Workers killed at random moments of every stage, the judge's with a server that is paid; what comes out is what an undisturbed run gives.</summary>
internal static class Kills
{
    public static async Task<string> Run(int count, int seed)
    {
        var paid = new ConcurrentDictionary<string, int>();
        var counts = false;
        using var server = new ChatServer(call =>
        {
            if (counts)
                paid.AddOrUpdate(call.Asked, 1, (_, n) => n + 1);
            return ChatAct.Say($$"""{"score": {{call.Asked.Length % 3}}, "rationale": "{{call.Asked.Length}} letters"}""") with { Pause = TimeSpan.FromMilliseconds(20) };
        });
        using var whole = Experiment(server);
        var moments = new Dictionary<string, int>();
        whole.Prepare();
        foreach (var stage in TestExperiment.AllStages)
        {
            var clock = System.Diagnostics.Stopwatch.StartNew();
            Finish(whole, stage);
            moments[stage] = (int)clock.ElapsedMilliseconds;
        }
        using var killed = Experiment(server);
        killed.Prepare();
        counts = true;
        var random = new Random(seed);
        var died = new Dictionary<string, int>();
        // Every stage in turn, until there are enough; a stage that came to its end is begun anew the next time round.
        for (var at = 0; died.Values.Sum() < count; at++)
        {
            var stage = TestExperiment.AllStages[at % TestExperiment.AllStages.Length];
            using (var worker = Start(killed, stage))
            {
                await Task.Delay(random.Next(50, Math.Max(100, moments[stage])));
                if (!worker.HasExited)
                    died[stage] = died.GetValueOrDefault(stage) + 1;
                worker.Kill();
                worker.Finish();
            }
            Finish(killed, stage);
            if (at % TestExperiment.AllStages.Length == TestExperiment.AllStages.Length - 1 && died.Values.Sum() < count)
            {
                Folders.Results(killed.Out).ShouldBe(Folders.Results(whole.Out));
                foreach (var folder in new[] { killed.Store, killed.Out, killed.State })
                    Directory.Delete(folder, recursive: true);
                killed.Prepare();
                CheckPaid(paid, server);
                paid.Clear();
            }
        }
        foreach (var stage in TestExperiment.AllStages)
            Finish(killed, stage);
        Folders.Results(killed.Out).ShouldBe(Folders.Results(whole.Out));
        CheckPaid(paid, server);
        return $"{died.Values.Sum()} killed ({string.Join(", ", died.Select(d => $"{d.Key} {d.Value}"))}), {Folders.Results(whole.Out).Count} files "
            + "equal, at most the calls under way at a kill were paid again";
    }

    // A call that was under way when its worker died is lost with it: at most one more for each that was.
    private static void CheckPaid(ConcurrentDictionary<string, int> paid, ChatServer server) =>
        paid.Values.Sum(n => n - 1).ShouldBeLessThanOrEqualTo(2 * Concurrency);

    private const int Concurrency = 2;

    private static TestExperiment Experiment(ChatServer server) => new TestExperiment
    {
        Judge = "llm",
        Trait = "sycophancy",
        Llm = new { model = "judge-1", endpoint = $"{server.Address}", concurrency = Concurrency },
    }.WithData(120);

    private static StageProcess Start(TestExperiment experiment, string stage) =>
        new(experiment, stage, new() { ["OPENAI_API_KEY"] = "sk-stress-8Kq27Lm03pQx1Yvw" }, []);

    private static void Finish(TestExperiment experiment, string stage)
    {
        using var worker = Start(experiment, stage);
        var (code, output) = worker.Finish();
        code.ShouldBe(0, output);
    }
}
