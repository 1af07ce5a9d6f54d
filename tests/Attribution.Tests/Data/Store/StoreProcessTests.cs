using System.Diagnostics;
using Attribution.Data.Store;
using Attribution.Tests.Child;

namespace Attribution.Tests.Data.Store;

/// <summary>Claims about processes, proved with processes.</summary>
public sealed class StoreProcessTests : IDisposable
{
    private const int Rows = 15_000;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Killed_at_20_random_moments_the_next_run_finishes_with_the_same_bytes_and_repeats_no_finished_block()
    {
        var undisturbed = Run("undisturbed", 0);
        var random = new Random(20);
        Open();
        for (var kill = 0; kill < 20; kill++)
        {
            var finished = Finished();
            var started = Started().Count;
            using (var child = Start(milliseconds: 12, "blocks", $"{Rows}"))
            {
                // From the start of the program to somewhere within its first, second or third block.
                var blocks = kill % 4;
                WaitUntil(() => Started().Count >= started + blocks);
                Thread.Sleep(random.Next(blocks == 0 ? 150 : 20));
                child.Kill();
                child.WaitForExit();
            }
            Started().Skip(started).ShouldAllBe(block => !finished.Contains(block));
        }
        Finished().Count.ShouldBeInRange(5, undisturbed.Count);

        var left = Finished();
        Output(Start(0, "blocks", $"{Rows}")).ShouldContain($"ran {undisturbed.Count - left.Count} of {undisturbed.Count} blocks");
        Contents("store").ShouldBe(undisturbed);
        Directory.EnumerateFileSystemEntries(_folder["store", ".tmp"]).ShouldBeEmpty();
        // One lock stays: that of the store, for collections of it.
        Directory.EnumerateFiles(_folder["store", ".locks"]).Select(Path.GetFileName).ShouldAllBe(f => f == "in-use" || f!.StartsWith("vectors~"));
    }

    [Fact]
    public void Processes_at_once_share_the_blocks_and_compute_each_once()
    {
        Process[] children = [.. Enumerable.Range(0, 3).Select(_ => Start(milliseconds: 8, "blocks", $"{Rows}"))];
        foreach (var child in children)
            child.StandardOutput.ReadLine().ShouldBe("ready");
        Open();
        var ran = children.Select(c => int.Parse(Output(c).Split('\n').Single(l => l.StartsWith("ran")).Split(' ')[1])).ToArray();
        ran.ShouldAllBe(n => n > 0);
        var total = StoreWork.Plan(Rows).Length;
        ran.Sum().ShouldBe(total);
        Started().Count.ShouldBe(total);
        Finished().Count.ShouldBe(total);
    }

    [Fact]
    public void Two_processes_that_want_the_same_do_the_work_once_and_the_second_says_that_it_waits()
    {
        Process[] children = [.. Enumerable.Range(0, 2).Select(_ => Start(milliseconds: 400, "single"))];
        foreach (var child in children)
            child.StandardOutput.ReadLine().ShouldBe("ready");
        Open();
        children.Select(Output).Order().ShouldBe(["event Waiting\ntaken\n", "produced\n"]);
        Started().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task The_lock_of_a_killed_process_is_free_and_what_it_had_begun_is_removed()
    {
        Open();
        using var child = Start(milliseconds: 60_000, "single");
        WaitUntil(() => Started().Count == 1);
        var events = new List<StoreEventKind>();
        using var store = new ArtifactStore(_folder["store"], notify: e =>
        {
            events.Add(e.Kind);
            if (e.Kind == StoreEventKind.Waiting)
                child.Kill();
        });
        (await Task.Run(() => new StoreWork(store, _folder["log"], 0).Single().Produced).WaitAsync(TimeSpan.FromMinutes(3))).ShouldBeTrue();
        events.ShouldBe([StoreEventKind.Waiting]);

        using var next = new ArtifactStore(_folder["store"], notify: e => events.Add(e.Kind));
        new BlockComputation(next, StageRequest.Resolve("other", new { }, next.Hasher, default))
            .Run(StoreWork.Plan(1), (_, b) => File.WriteAllText(b.PathOf("x"), "x"));
        events.ShouldBe([StoreEventKind.Waiting, StoreEventKind.Swept]);
        Directory.EnumerateFileSystemEntries(_folder["store", ".tmp"]).ShouldBeEmpty();
    }

    [Fact]
    public void Where_the_file_system_has_no_locks_work_may_be_done_twice_and_nothing_worse()
    {
        Process[] children = [.. Enumerable.Range(0, 2).Select(_ => Start(milliseconds: 200, "single", locks: false))];
        foreach (var child in children)
            child.StandardOutput.ReadLine().ShouldBe("ready");
        Open();
        var said = children.Select(Output).ToArray();
        said.ShouldAllBe(o => o.StartsWith("event WithoutLocks\n"));
        said.Count(o => o.EndsWith("produced\n")).ShouldBe(1);
        using var store = new ArtifactStore(_folder["store"]);
        StoreInventory.Verify(store).ShouldHaveSingleItem().Damage.ShouldBeNull();
    }

    private SortedDictionary<string, string> Run(string name, int milliseconds)
    {
        using var store = new ArtifactStore(_folder[name]);
        new StoreWork(store, _folder[name + "-log"], milliseconds).Blocks(Rows);
        return Contents(name);
    }

    // Per artifact, its outputs as they lie on the disk now.
    private SortedDictionary<string, string> Contents(string name)
    {
        using var hasher = new FileHasher();
        using var store = new ArtifactStore(_folder[name], hasher);
        return new(StoreInventory.List(store).ToDictionary(
            a => a.Fingerprint.ToString(),
            a => string.Join(' ', a.Manifest!.Outputs.Select(o => $"{o.Name}={hasher.HashFile(Path.Combine(a.Folder, o.Name))}"))));
    }

    private HashSet<string> Finished()
    {
        using var store = new ArtifactStore(_folder["store"]);
        return [.. StoreInventory.List(store).Select(a => (string)a.Manifest!.Request["block"]!)];
    }

    // What any process has begun to compute, in the order in which it did.
    private List<string> Started() => Directory.Exists(_folder["log"])
        ? [.. new DirectoryInfo(_folder["log"]).EnumerateFiles().OrderBy(f => f.LastWriteTimeUtc).Select(f => f.Name.Split('.')[0])]
        : [];

    private static void WaitUntil(Func<bool> condition)
    {
        for (var until = DateTime.UtcNow.AddMinutes(3); !condition(); Thread.Sleep(2))
            DateTime.UtcNow.ShouldBeLessThan(until);
    }

    private void Open() => _folder.Write("go", "");

    private Process Start(int milliseconds, string what, string? rows = null, bool locks = true)
    {
        string[] arguments = ["exec", typeof(StoreWork).Assembly.Location, _folder["store"], _folder["log"], _folder["go"], $"{milliseconds}", what,
            .. rows is null ? [] : new[] { rows }];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true };
        if (!locks)
            start.Environment["DOTNET_SYSTEM_IO_DISABLEFILELOCKING"] = "1";
        return Process.Start(start)!;
    }

    private static string Output(Process process)
    {
        using (process)
        {
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            process.ExitCode.ShouldBe(0);
            return output.Replace("ready\n", "");
        }
    }
}
