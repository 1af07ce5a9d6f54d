namespace Attribution.Sdk.Tests.Builds;

/// <summary>What a change makes run, as MSBuild sees it: real builds, and a worker that counts its starts.</summary>
public sealed class IncrementalBuildTests(SdkLayout sdk) : IClassFixture<SdkLayout>
{
    private static readonly string[] All = TemporaryExperiment.Stages;
    private static readonly string[] SelectionAndLater = All[2..];

    [Fact]
    public void Only_what_depends_on_a_change_runs()
    {
        using var experiment = new TemporaryExperiment(sdk);

        experiment.Run(0, "build").ShouldBe(All);
        experiment.Output.ShouldContain("tiny: FineTune: ran 2 of 3 jobs, 0.1 s");
        var lines = experiment.Output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToList();
        lines.Count.ShouldBeLessThan(25, "a build fits a screen");
        lines.IndexOf("best  0.25").ShouldBe(lines.FindIndex(l => l.StartsWith("tiny: report in", StringComparison.Ordinal)
            && l.EndsWith("out/report.html", StringComparison.Ordinal)) - 1);

        experiment.Build().ShouldBeEmpty("nothing changed");
        experiment.Output.ShouldContain("tiny: FineTune: up to date");
        experiment.Output.ShouldContain("best  0.25");

        experiment.Run(0, "build", "-question").ShouldBeEmpty();

        experiment.Edit("tiny.csproj", xml => xml.Replace("<BaseModel>", "<!-- a comment --><BaseModel>", StringComparison.Ordinal));
        experiment.Build().ShouldBeEmpty("a comment is no change");

        experiment.Build("-p:TopK=50").ShouldBe(SelectionAndLater, "k is read by selection, and its result by the stages after it");
        experiment.Build("-t:SelectTrainingData").ShouldBe(["SelectTrainingData"], "a stage can be asked for by name");
        experiment.Output.ShouldContain("SelectTrainingData: from store");
        experiment.Build().ShouldBe(SelectionAndLater[1..]);

        experiment.Touch("data/pool.jsonl");
        experiment.Build().ShouldBe(["ImportDatasets"], "the content is what it was, so nothing after it runs");

        File.SetLastWriteTimeUtc(experiment["data/pool.jsonl"], DateTime.UtcNow.AddDays(-1));
        experiment.Build().ShouldBe(["ImportDatasets"], "an older time is a change, too");

        experiment.Edit("data/pool.jsonl", text => text + "{\"messages\":4}\n");
        experiment.Build().ShouldBe(All);

        experiment.Touch("model/config.json");
        experiment.Build().ShouldBe(["ComputeAttribution", "FineTune", "Evaluate"]);
    }

    // The clock may go back, and an SDK be replaced by one that was packed before the last build.
    [Fact]
    public void A_change_that_is_older_than_the_last_build_counts_as_one()
    {
        using var experiment = new TemporaryExperiment(sdk);
        experiment.Run(0, "build").ShouldBe(All);
        foreach (var stamp in Directory.EnumerateFiles(experiment["obj/attribution"], "*.stamp"))
            File.SetLastWriteTimeUtc(stamp, DateTime.UtcNow.AddHours(1));
        experiment.Build().ShouldBeEmpty();
        experiment.Edit("data/pool.jsonl", text => text + "{\"messages\":4}\n");
        experiment.Build().ShouldBe(All);
        experiment.Build().ShouldBeEmpty();

        var (library, time) = (File.ReadAllText(sdk.Library), File.GetLastWriteTimeUtc(sdk.Library));
        File.WriteAllText(sdk.Library, "Attribution.Worker 0\n");
        File.SetLastWriteTimeUtc(sdk.Library, time.AddDays(-1));
        experiment.Run(1, "build", "--no-restore", "-question").ShouldBeEmpty();
        experiment.Build().ShouldBe(All);
        File.WriteAllText(sdk.Library, library);
    }

    [Fact]
    public void A_seed_or_a_value_of_an_axis_runs_what_reads_it_and_the_same_lists_again_run_nothing()
    {
        using var experiment = new TemporaryExperiment(sdk);
        experiment.Run(0, "build").ShouldBe(All);
        experiment.Edit("tiny.csproj", xml => xml.Replace("<BaseModel>", "<Seeds>0</Seeds><BaseModel>", StringComparison.Ordinal));
        experiment.Build().ShouldBeEmpty("that is the seed there is without Seeds");

        experiment.Edit("tiny.csproj", xml => xml.Replace("<Seeds>0</Seeds>", "<Seeds>0;1</Seeds>", StringComparison.Ordinal));
        experiment.Build().ShouldBe(SelectionAndLater, "the draw at random follows the seed");
        experiment.Build().ShouldBeEmpty();
        experiment.Run(0, "build", "--no-restore", "-question").ShouldBeEmpty();

        experiment.Edit("tiny.csproj", xml => xml.Replace("<BaseModel>", "<LearningRate>1e-4;2e-4</LearningRate><BaseModel>", StringComparison.Ordinal));
        experiment.Build().ShouldBe(All[3..], "no selection reads how its rows are trained on");
        experiment.Build("-p:TopK=50%3B100").ShouldBe(SelectionAndLater);
        experiment.Build("-p:TopK=50%3B100").ShouldBeEmpty();
        experiment.Run(1, "build", "--no-restore", "-p:Seed=3").ShouldBeEmpty();
        experiment.Output.ShouldContain("error ATTR1904: Seed is 3 and Seeds is 0;1");
    }

    [Fact]
    public void Asking_changes_nothing()
    {
        using var experiment = new TemporaryExperiment(sdk);
        experiment.Run(0, "build").ShouldBe(All);

        experiment.Build("-t:Explain", "-p:TopK=50").ShouldBe(["explain"]);
        experiment.Output.ShouldContain("SelectTrainingData would take 50 rows; state in obj/attribution");
        experiment.Build().ShouldBeEmpty();

        experiment.Run(1, "build", "--no-restore", "-question", "-p:TopK=50").ShouldBeEmpty();
        experiment.Output.ShouldContain("SelectTrainingData.request.json is not up to date");
        experiment.Build().ShouldBeEmpty();
    }

    [Fact]
    public void A_snapshot_that_differs_fails_the_build_and_is_reported_and_once_accepted_leaves_the_next_nothing_to_do()
    {
        using var experiment = new TemporaryExperiment(sdk);
        experiment.Write("worker.does", "ImportDatasets error");
        experiment.Run(1, "build").ShouldBe(["ImportDatasets"], "there is nothing to report");
        experiment.Write("worker.does", "VerifySnapshot error");
        experiment.Run(1, "build", "--no-restore").ShouldBe(All, "the report comes last and says what moved");
        experiment.Output.ShouldContain("tiny: report in");
        File.Delete(experiment["worker.does"]);
        experiment.Build().ShouldBe(["VerifySnapshot", "Report"]);
        experiment.Build("-p:AcceptSnapshot=true").ShouldBe(["VerifySnapshot"]);
        File.Exists(experiment["snapshots/metrics.verified.json"]).ShouldBeTrue();
        experiment.Build().ShouldBeEmpty();
        experiment.Touch("snapshots/metrics.verified.json");
        experiment.Build().ShouldBe(["VerifySnapshot"]);
    }
}
