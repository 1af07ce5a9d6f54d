using System.Collections.Concurrent;
using Attribution.Worker.Stages;
using Attribution.Worker.Tests.Slurm;
using Attribution.Worker.Watching;

namespace Attribution.Worker.Tests.Stages;

/// <summary>Progress that people see at least every few seconds, however long a unit takes.</summary>
public sealed class ReporterTests
{
    [Fact]
    public void The_last_progress_is_reported_again_while_nothing_else_is()
    {
        using var folder = new TemporaryFolder();
        using var output = new Lines();
        using (var reporter = new Reporter(output, TimeSpan.FromMilliseconds(10)))
        {
            reporter.Show(folder.Path, "ComputeAttribution", isHelper: false);
            SlurmRun.Until("there is a line before the first progress", () => output.Count("working") > 0);
            reporter.Progress(() => "3 of 8 blocks");
            SlurmRun.Until("it is repeated", () => output.Count("3 of 8 blocks") > 3);
        }
        // Whoever watches the build reads it once.
        LiveFile.Read(Path.Combine(folder.Path, LiveFile.FolderName, "ComputeAttribution.jsonl")).Count(line => line.Text == "3 of 8 blocks").ShouldBe(1);
    }

    [Fact]
    public void A_helper_repeats_nothing()
    {
        using var folder = new TemporaryFolder();
        using var output = new Lines();
        using (var reporter = new Reporter(output, TimeSpan.FromMilliseconds(1)))
        {
            reporter.Show(folder.Path, "ComputeAttribution", isHelper: true);
            Thread.Sleep(50);
        }
        output.Written.ShouldBeEmpty();
    }

    private sealed class Lines : StringWriter
    {
        public ConcurrentQueue<string> Written { get; } = [];

        public override void WriteLine(string? value) => Written.Enqueue(value!);

        public int Count(string text) => WorkerLine.Parse(string.Join('\n', Written)).Count(line => line.Kind == "progress" && line.Text == text);
    }
}
