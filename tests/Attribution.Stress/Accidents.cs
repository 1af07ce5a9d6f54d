using System.Diagnostics;
using Attribution.Worker.Tests;
using Attribution.Worker.Tests.Stages;

namespace Attribution.Stress;

/// <summary>
/// What happens to folders and clocks while an experiment runs: every stage ends with the bytes of an undisturbed run, or with an error that has a code.
/// </summary>
internal static class Accidents
{
    public static async Task<string> Run(int count, int seed)
    {
        foreach (var (name, run) in new (string, Func<int, Random, Task<string>>)[]
        {
            ("two experiments on one store", TwoOnOneStore), ("collections during stages", CollectionsMeanwhile), ("a read-only store", ReadOnlyStore),
            ("another user's store", OthersStore), ("a full disk", FullDisk), ("a clock that goes back an hour", ClockBack),
            ("a stopped holder of a lock", StoppedHolder),
        })
        {
            var clock = Stopwatch.StartNew();
            Console.WriteLine($"{name}: {await run(count, new Random(seed))}; {clock.Elapsed.TotalSeconds:0} s");
        }
        return "none gave other bytes, and none failed without a code";
    }

    private static Subject Small(string? root = null, string name = "experiment") => new(new TestExperiment(root, name).WithData(80), []);

    private static async Task<string> TwoOnOneStore(int count, Random random)
    {
        using var alone = Small();
        alone.FinishAll();
        for (var round = 0; round < count; round++)
        {
            using var folder = new TemporaryFolder();
            using var one = Small(folder.Path, "one");
            using var two = Small(folder.Path, "two");
            foreach (var stage in one.Stages)
            {
                using var first = one.Start(stage);
                await Task.Delay(random.Next(0, 300));
                using var second = two.Start(stage);
                Good(first, stage);
                Good(second, stage);
            }
            one.Results.ShouldEqual(alone.Results);
            two.Results.ShouldEqual(alone.Results);
        }
        return $"{count} rounds, {alone.Results.Count} files equal each time";
    }

    private static async Task<string> CollectionsMeanwhile(int count, Random random)
    {
        using var alone = Small();
        alone.FinishAll();
        var (collected, refused) = (0, 0);
        for (var round = 0; round < count; round++)
        {
            using var subject = Small();
            foreach (var stage in subject.Stages)
            {
                using var worker = subject.Start(stage);
                while (!worker.HasExited)
                {
                    await Task.Delay(random.Next(0, 300));
                    var (code, _, error) = CommandLine.Run(new Dictionary<string, string?>(),
                        "store", "--store", subject.Made[0], "gc", "--keep", subject.Folder);
                    if (code == 0)
                        collected++;
                    else
                    {
                        error.ShouldContain("ATTR");
                        refused++;
                    }
                }
                Good(worker, stage);
            }
            subject.Results.ShouldEqual(alone.Results);
        }
        return $"{collected} collected, {refused} refused";
    }

    // A mount, since root may write whatever the permissions say.
    private static Task<string> ReadOnlyStore(int count, Random random)
    {
        using var subject = Small();
        subject.FinishAll();
        var expected = subject.Results;
        Shell($"mount --bind '{subject.Made[0]}' '{subject.Made[0]}' && mount -o remount,ro,bind '{subject.Made[0]}'");
        try
        {
            subject.ForgetResults();
            var (good, codes) = Tolerated(subject);
            if (good == subject.Stages.Length)
                subject.Results.ShouldEqual(expected);
            return Task.FromResult($"with everything stored {good} of {subject.Stages.Length} stages end well{codes}");
        }
        finally
        {
            Shell($"umount '{subject.Made[0]}'");
        }
    }

    // Without its capabilities root meets permissions as everybody does.
    private static Task<string> OthersStore(int count, Random random)
    {
        using var subject = Small();
        subject.FinishAll();
        var expected = subject.Results;
        subject.ForgetResults();
        Shell($"chown -R nobody '{subject.Made[0]}' && chmod -R go-w '{subject.Made[0]}'");
        var (good, codes) = Tolerated(subject, "setpriv", "--bounding-set=-all", "--inh-caps=-all");
        if (good == subject.Stages.Length)
            subject.Results.ShouldEqual(expected);
        using var fresh = Small();
        Directory.CreateDirectory(fresh.Made[0]);
        Shell($"chown nobody '{fresh.Made[0]}' && chmod 755 '{fresh.Made[0]}'");
        var (_, refused) = Tolerated(fresh, "setpriv", "--bounding-set=-all", "--inh-caps=-all");
        refused.ShouldNotBeEmpty();
        return Task.FromResult($"with everything stored {good} of {subject.Stages.Length} stages end well{codes}; with nothing stored{refused}");
    }

    private static async Task<string> FullDisk(int count, Random random)
    {
        using var alone = Small();
        alone.FinishAll();
        var codes = new SortedDictionary<string, int>();
        for (var round = 0; round < count; round++)
        {
            var disk = Directory.CreateTempSubdirectory("disk-").FullName;
            Shell($"mount -t tmpfs -o size=64m tmpfs '{disk}'");
            try
            {
                using (var subject = Small(disk))
                {
                    foreach (var stage in subject.Stages)
                    {
                        var filler = Path.Combine(disk, "filler");
                        var free = new DriveInfo(disk).AvailableFreeSpace;
                        using (var file = File.Create(filler))
                        {
                            // What a stage writes here is of some kilobytes: from nothing to some of it.
                            var most = Math.Max(0, free - (4096 * random.Next(0, 12)));
                            var block = new byte[4096];
                            for (long written = 0; written + block.Length <= most; written += block.Length)
                                await file.WriteAsync(block);
                        }
                        using (var worker = subject.Start(stage))
                        {
                            var (code, output) = worker.Finish();
                            var said = code == 0 ? "fits" : Code(output);
                            codes[$"{stage} {said}"] = codes.GetValueOrDefault($"{stage} {said}") + 1;
                        }
                        File.Delete(filler);
                        subject.Finish(stage);
                    }
                    subject.Results.ShouldEqual(alone.Results);
                }
            }
            finally
            {
                Shell($"umount -l '{disk}'");
                Directory.Delete(disk, recursive: true);
            }
        }
        return $"{count} rounds, the same bytes once there is room: {string.Join(", ", codes.Select(c => $"{c.Key} {c.Value}"))}";
    }

    private static Task<string> ClockBack(int count, Random random)
    {
        using var alone = Small();
        alone.FinishAll();
        for (var round = 0; round < count; round++)
        {
            using var subject = Small();
            var turn = random.Next(1, subject.Stages.Length);
            foreach (var stage in subject.Stages[..turn])
                subject.Finish(stage);
            foreach (var stage in subject.Stages[turn..])
                subject.Finish(stage, "faketime", "-f", "-1h");
            subject.Results.ShouldEqual(alone.Results);
            // Everything is known, an hour before it was made and after.
            var before = subject.Results;
            subject.ForgetResults();
            subject.FinishAll("faketime", "-f", "-1h");
            subject.Results.ShouldEqual(before);
        }
        return Task.FromResult($"{count} rounds, the same bytes");
    }

    private static async Task<string> StoppedHolder(int count, Random random)
    {
        using var alone = Small();
        alone.FinishAll();
        var waited = 0;
        using var folder = new TemporaryFolder();
        using var one = Small(folder.Path, "one");
        using var two = Small(folder.Path, "two");
        foreach (var stage in one.Stages)
        {
            using var first = one.Start(stage);
            await Task.Delay(random.Next(300, 1500));
            first.Signal("STOP");
            using var second = two.Start(stage);
            // Long enough for the one that waits to say so; a minute at the stage that computes most.
            await Task.Delay(TimeSpan.FromSeconds(stage == "ComputeAttribution" ? 60 : 8));
            waited += second.HasExited ? 0 : 1;
            first.Signal("CONT");
            Good(first, stage);
            Good(second, stage);
        }
        one.Results.ShouldEqual(alone.Results);
        two.Results.ShouldEqual(alone.Results);
        return $"{waited} of {one.Stages.Length} second workers waited until the first went on";
    }

    private static void Good(StageProcess worker, string stage)
    {
        var (code, output) = worker.Finish();
        code.ShouldBe(0, $"{stage}: {output}");
    }

    // Stages that may fail, with a code: how many ended well, and how the others ended.
    private static (int Good, string Codes) Tolerated(Subject subject, params string[] wrapper)
    {
        var (good, codes) = (0, "");
        foreach (var stage in subject.Stages)
        {
            using var worker = subject.Start(stage, wrapper);
            var (code, output) = worker.Finish();
            if (code != 0)
                return (good, $"; {stage} {Code(output)}");
            good++;
        }
        return (good, codes);
    }

    private static string Code(string output)
    {
        var error = WorkerLine.Parse(string.Join('\n', output.Split('\n').Where(line => line.StartsWith('{')))).LastOrDefault(line => line.Kind == "error");
        (error?.Code is { } code && code != Diagnostics.ErrorCodes.Unexpected).ShouldBeTrue(output);
        return $"{error!.Code}";
    }

    private static void Shell(string command)
    {
        using var shell = Process.Start("sh", ["-c", command]);
        shell.WaitForExit();
        shell.ExitCode.ShouldBe(0, command);
    }
}
