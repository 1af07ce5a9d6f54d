using System.Diagnostics;

namespace Attribution.Sdk.Tests.Builds;

/// <summary>A build in a terminal of its own, which <c>script</c> makes.</summary>
public sealed class TerminalLoggerTests(SdkLayout sdk) : IClassFixture<SdkLayout>
{
    [ScriptFact]
    public void The_terminal_logger_shows_how_far_a_stage_is_each_stage_and_the_results()
    {
        using var experiment = new TemporaryExperiment(sdk);
        experiment.Run(0, "restore");
        experiment.Write("worker.does", "ComputeAttribution progress");
        var shown = InTerminal(experiment, "build --no-restore");
        shown.ShouldContain("━━━━━━━━━━────────── 390 of 780 blocks, 31 rows/s");
        shown.ShouldContain("tiny: ComputeAttribution: ran 2 of 3 jobs");
        shown.ShouldContain("best  0.25");
        shown.ShouldContain($"tiny: report in {experiment["out/report.html"]}");

        shown = InTerminal(experiment, "build --no-restore");
        shown.ShouldContain("tiny: Report: up to date");
        InTerminal(experiment, "build --no-restore -t:Explain").ShouldContain("SelectTrainingData would take 500 rows");
    }

    private static string InTerminal(TemporaryExperiment experiment, string arguments)
    {
        var start = new ProcessStartInfo("script", ["--quiet", "--return", "--command", $"{Environment.ProcessPath} {arguments} -tl:on", "/dev/null"])
        {
            WorkingDirectory = experiment["."],
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        foreach (var name in start.Environment.Keys.Where(n => n.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["TERM"] = "xterm-256color";
        start.Environment["COLUMNS"] = "200";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, output);
        return output;
    }

    private sealed class ScriptFactAttribute : FactAttribute
    {
        public ScriptFactAttribute() => Skip = File.Exists("/usr/bin/script") ? null : "There is no `script` here, which makes a terminal.";
    }
}
