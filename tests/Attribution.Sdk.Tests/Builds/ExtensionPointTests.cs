namespace Attribution.Sdk.Tests.Builds;

/// <summary>Steps of a project's own around the stages.</summary>
public sealed class ExtensionPointTests(SdkLayout sdk) : IClassFixture<SdkLayout>
{
    [Fact]
    public void A_step_runs_before_and_after_its_stage_in_every_build_and_may_make_what_the_first_stage_reads()
    {
        using var experiment = new TemporaryExperiment(sdk);
        experiment.Write("raw.jsonl", File.ReadAllText(experiment["data/pool.jsonl"]));
        File.Delete(experiment["data/pool.jsonl"]);
        experiment.Edit("tiny.csproj", xml => xml.Replace("<Import Project=\"" + sdk.Folder + "/Sdk/Sdk.targets\" />", $"""
            <Target Name="BeforeImportDatasets" Inputs="raw.jsonl" Outputs="data/pool.jsonl">
              <Copy SourceFiles="raw.jsonl" DestinationFiles="data/pool.jsonl" />
              <Message Importance="high" Text="step 1" />
            </Target>
            <Target Name="BeforeFineTune">
              <Message Importance="high" Text="step 2, ran: $(FineTuneRan)" />
            </Target>
            <Target Name="Mine" AfterTargets="AfterFineTune">
              <Message Importance="high" Text="step 3, ran: $(FineTuneRan)" />
            </Target>
            <Target Name="AfterReport">
              <Message Importance="high" Text="step 4" />
            </Target>
            <Import Project="{sdk.Folder}/Sdk/Sdk.targets" />
            """, StringComparison.Ordinal));

        experiment.Run(0, "build").ShouldBe(TemporaryExperiment.Stages);
        Steps(experiment).ShouldBe(["step 1", "tiny: ImportDatasets", "tiny: ComputeAttribution", "tiny: SelectTrainingData", "step 2, ran:", "tiny: FineTune",
            "step 3, ran: True",
            "tiny: Evaluate", "tiny: Judge", "tiny: CollectMetrics", "tiny: VerifySnapshot", "tiny: Report", "step 4"]);

        experiment.Build().ShouldBeEmpty("a step is no reason for a stage to run");
        Steps(experiment).Where(line => line.StartsWith("step", StringComparison.Ordinal)).ShouldBe(["step 2, ran:", "step 3, ran:", "step 4"],
            "and step 1 has Inputs and Outputs");

        experiment.Write("worker.does", "VerifySnapshot error");
        experiment.Run(1, "build", "--no-restore", "-p:TopK=7");
        Steps(experiment)[^1].ShouldBe("step 4", "the report is written, too");
    }

    [Fact]
    public void A_step_that_fails_stops_the_build()
    {
        using var experiment = new TemporaryExperiment(sdk);
        experiment.Edit("tiny.csproj", xml => xml.Replace("</ItemGroup>", """
            </ItemGroup>
            <Target Name="BeforeJudge">
              <Error Text="not today" />
            </Target>
            """, StringComparison.Ordinal));
        experiment.Run(1, "build").ShouldBe(TemporaryExperiment.Stages[..5]);
        experiment.Output.ShouldContain("not today");
    }

    // The steps and the stages, in the order in which the build told of them.
    private static string[] Steps(TemporaryExperiment experiment) =>
    [
        .. experiment.Output.Split('\n', StringSplitOptions.TrimEntries)
            .Where(line => line.StartsWith("step", StringComparison.Ordinal)
                || TemporaryExperiment.Stages.Any(stage => line.StartsWith($"tiny: {stage}: ", StringComparison.Ordinal)))
            .Select(line => line.StartsWith("tiny", StringComparison.Ordinal) ? line[..line.IndexOf(':', "tiny: ".Length)] : line),
    ];
}
