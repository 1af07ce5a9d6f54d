using Attribution.Tests.Slurm;
using Attribution.Worker.Slurm;

namespace Attribution.Worker.Tests.Slurm;

/// <summary>Beside the others, with a cluster of its own: Slurm looks at time limits only now and then.</summary>
public sealed class SlurmTimeLimitTests(SlurmCluster cluster) : IClassFixture<SlurmCluster>
{
    private const string Vectors = "ComputeAttribution";

    [SlurmFact]
    public void A_time_limit_ends_workers_that_others_take_over_from()
    {
        // The signal is Slurm's own. It may come a minute early, which here is when Slurm first looks.
        using var run = new SlurmRun(cluster, "limit", rows: 1600, workers: 1, slurm: new { timeLimit = "1", slurmOptions = "--signal=B:USR1@50" })
            .Slow("test_slower");
        run.Experiment.Prepare();
        run.Run("ImportDatasets");
        var said = run.Run(Vectors);
        said.Count(line => line.Text.Contains(" workers of Slurm, job ", StringComparison.Ordinal)).ShouldBeGreaterThan(1);
        run.Lines(Vectors, JournalLine.Signal).ShouldContain(line => line.Text == "USR1");
        run.Journals(Vectors).Values.Select(lines => lines[^1].Kind).ShouldAllBe(last => last == JournalLine.End);
        run.Lines(Vectors, JournalLine.Done).Select(line => line.Unit).ShouldBeUnique();
    }
}
