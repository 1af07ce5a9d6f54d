using System.Diagnostics;
using Attribution.Data.Store;
using Attribution.Tests.Child;

namespace Attribution.Tests.Judging;

/// <summary>Judging processes that are killed, and the one after them.</summary>
public sealed class KilledJudgeTests : IDisposable
{
    private const int Count = 400, Kills = 20;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Killed_at_20_random_moments_no_verdict_that_arrived_is_asked_for_again_and_the_result_is_that_of_a_clean_run()
    {
        using var server = new ChatServer(call => ChatAct.Say(TestVerdicts.Of(call)) with { Pause = TimeSpan.FromMilliseconds(8) });
        string expected;
        using (var clean = new ArtifactStore(_folder["clean"]))
            expected = JudgeWork.Run(clean, server.Address, Count);

        var random = new Random(6);
        for (var kill = 0; kill < Kills; kill++)
        {
            var kept = Kept(server);
            var before = server.Calls.Count;
            using var child = Start(server);
            // Within the first thirty verdicts; now and then before any.
            var wanted = server.Answered.Count + (kill % 7 == 6 ? 0 : random.Next(1, 30));
            for (var until = DateTime.UtcNow.AddMinutes(2); !child.HasExited && server.Answered.Count < wanted && DateTime.UtcNow < until;)
                Thread.Sleep(1);
            Thread.Sleep(random.Next(12));
            child.Kill();
            child.WaitForExit();
            AskedSince(server, before).ShouldAllBe(answer => !kept.Contains(answer));
            Kept(server).IsSupersetOf(kept).ShouldBeTrue();
        }
        var left = Count - Kept(server).Count;
        left.ShouldBeInRange(1, Count - Kills);

        var last = server.Calls.Count;
        using (var child = Start(server))
        {
            child.StandardOutput.ReadToEnd().Trim().ShouldBe(expected);
            child.WaitForExit();
        }
        (server.Calls.Count - last).ShouldBe(left);
        // Beside the clean run's: one call per answer, and those that were under way at a kill.
        server.Calls.Count.ShouldBeInRange(2 * Count, (2 * Count) + (Kills * JudgeWork.Concurrency));
    }

    [Fact]
    public void Two_processes_at_once_pay_for_each_verdict_once()
    {
        using var server = new ChatServer(call => ChatAct.Say(TestVerdicts.Of(call)) with { Pause = TimeSpan.FromMilliseconds(4) });
        using Process one = Start(server), two = Start(server);
        one.StandardOutput.ReadToEnd().ShouldBe(two.StandardOutput.ReadToEnd());
        server.Calls.Count.ShouldBe(Count);
    }

    // The answers whose verdict is on the disk.
    private HashSet<string> Kept(ChatServer server)
    {
        using var store = new ArtifactStore(_folder["store"]);
        using var chat = JudgeWork.Open(store, server.Address);
        return [.. JudgeWork.Answers(Count).Where(a => chat.Find(JudgeWork.Prompt.Ask(a)) is not null).Select(a => a.Answer)];
    }

    private static IEnumerable<string> AskedSince(ChatServer server, int before) => server.Calls.Skip(before).Select(TestVerdicts.TextOf);

    private Process Start(ChatServer server) =>
        Process.Start(new ProcessStartInfo("dotnet", ["exec", typeof(JudgeWork).Assembly.Location, "judge", _folder["store"], $"{server.Address}",
            $"{Count}"])
        { RedirectStandardOutput = true })!;
}
