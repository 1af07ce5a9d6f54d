using Attribution.Torch.Provisioning;

namespace Attribution.Torch.Tests.Provisioning;

public sealed class ThreadTunerTests : IDisposable
{
    private static readonly ThreadSetting Passive = new(2, PassiveWait: true), Spinning = new(2, PassiveWait: false), Single = new(1, PassiveWait: true);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_clearly_faster_setting_is_chosen() =>
        ThreadTuner.Choose([new(Passive, 20), new(Spinning, 25), new(Single, 12)])[0].Setting.ShouldBe(Single);

    [Fact]
    public void A_difference_within_the_noise_leaves_the_default() =>
        ThreadTuner.Choose([new(Passive, 20), new(Spinning, 19.8), new(Single, 30)])[0].Setting.ShouldBe(Passive);

    [Fact]
    public void One_core_leaves_nothing_to_choose() => ThreadTuner.Candidates(1).ShouldBe([Single]);

    [Fact]
    public void Every_candidate_uses_at_least_one_thread_and_no_more_than_there_are_cores()
    {
        for (var cores = 1; cores <= 256; cores++)
        {
            ThreadTuner.Candidates(cores)[0].Threads.ShouldBe(cores);
            ThreadTuner.Candidates(cores).ShouldAllBe(setting => setting.Threads >= 1 && setting.Threads <= cores);
            ThreadTuner.Candidates(cores).ShouldBeUnique();
        }
    }

    [Fact]
    public void What_was_measured_is_kept_and_not_measured_again()
    {
        var shim = _folder.Write("shim-0/libattribution_torch.so", "");
        var log = Path.Combine(_folder.Path, "log");
        // Stands in for the command line: one thread takes 10 ms, all of them take 20 ms.
        ThreadTuner Tuner() => new(setting => ("/bin/sh", ["-c", $"echo started >> {log}; echo ready; while read line; do echo {(setting.Threads == 1 ? 10 : 20)}; done"]));

        var chosen = Tuner().Tune(shim).ShouldNotBeNull();
        chosen[0].Setting.ShouldBe(Single);
        var started = File.ReadAllLines(log).Length;
        started.ShouldBe(ThreadTuner.Candidates(Machine.Cores).Count);

        Tuner().Tune(shim).ShouldBe(chosen);
        ThreadTuner.Kept(shim).ShouldBe(chosen);
        File.ReadAllLines(log).Length.ShouldBe(started);
    }

    [Fact]
    public void A_measurement_that_fails_leaves_the_default_and_is_repeated_no_sooner_than_in_an_hour()
    {
        var shim = _folder.Write("shim-0/libattribution_torch.so", "");
        new ThreadTuner(_ => ("/bin/sh", ["-c", "exit 1"])).Tune(shim).ShouldBe([new ThreadMeasurement(ThreadSetting.Default, null)]);
        ThreadTuner.Kept(shim).ShouldNotBeNull()[0].Setting.ShouldBe(ThreadSetting.Default);
        File.SetLastWriteTimeUtc(Directory.EnumerateFiles(Path.GetDirectoryName(shim)!, "threads-*.json").Single(), DateTime.UtcNow.AddHours(-2));
        ThreadTuner.Kept(shim).ShouldBeNull();
    }

    [Fact]
    public void A_child_that_dies_half_way_leaves_the_default()
    {
        var shim = _folder.Write("shim-0/libattribution_torch.so", "");
        var tuner = new ThreadTuner(setting => ("/bin/sh", ["-c", setting.Threads == 1 ? "echo ready; read line" : "echo ready; while read line; do echo 20; done"]));
        tuner.Tune(shim).ShouldBe([new ThreadMeasurement(ThreadSetting.Default, null)]);
    }

    [Fact]
    public void A_damaged_record_counts_as_none()
    {
        var shim = _folder.Write("shim-0/libattribution_torch.so", "");
        var tuner = new ThreadTuner(_ => ("/bin/sh", ["-c", "exit 1"]));
        tuner.Tune(shim);
        File.WriteAllText(Directory.EnumerateFiles(Path.GetDirectoryName(shim)!, "threads-*.json").Single(), "{ half of");
        ThreadTuner.Kept(shim).ShouldBeNull();
        tuner.Tune(shim).ShouldNotBeNull();
    }
}
