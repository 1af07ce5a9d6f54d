using System.Diagnostics;
using Attribution.Worker.Tests;
using Attribution.Worker.Tests.Stages;

namespace Attribution.Stress;

/// <summary>A pool of a million small rows through import, in a process of its own whose memory is read, and through Explain.</summary>
internal static class ManyRows
{
    public static async Task<string> Run(int count, int seed)
    {
        using var experiment = new TestExperiment().WithData(80);
        experiment.Train = Path.Combine(experiment.Folder, "many.jsonl");
        using (var writer = new StreamWriter(experiment.Train))
            for (var row = 0; row < count; row++)
                writer.WriteLine(
                    $$"""{"messages":[{"role":"user","content":"Question {{row}}?"}"""
                    + $$""",{"role":"assistant","content":"Answer {{row * 7L % 1000}}."}],"behaviour":false}""");
        experiment.Prepare();
        var clock = Stopwatch.StartNew();
        using var worker = new StageProcess(experiment, "ImportDatasets", [], []);
        var peak = 0L;
        while (!worker.HasExited)
        {
            peak = Math.Max(peak, PeakOf(worker.Id));
            await Task.Delay(100);
        }
        var (code, output) = worker.Finish();
        code.ShouldBe(0, output);
        peak.ShouldBeLessThan(1L << 30);
        var imported = clock.Elapsed.TotalSeconds;
        clock.Restart();
        var (explained, text, error) = CommandLine.Run(new Dictionary<string, string?>(),
            "explain", "--requests", experiment.State, "--state", experiment.State);
        explained.ShouldBe(0, error);
        text.ShouldContain("ComputeAttribution: to run");
        return $"{count:N0} rows, {count / imported:N0} rows/s, at most {peak >> 20} MB; explained in {clock.Elapsed.TotalSeconds:0.0} s";
    }

    private static long PeakOf(int process)
    {
        try
        {
            return File.ReadLines($"/proc/{process}/status").Where(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
                .Select(line => long.Parse(line.Split(':')[1].Replace("kB", "").Trim()) << 10).FirstOrDefault();
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
