using System.CommandLine;
using Attribution.Worker.Verbs;

namespace Attribution.Worker.Tests.Stages;

/// <summary>What a build would do, said without doing it.</summary>
public sealed class ExplainTests
{
    [Fact]
    public async Task Explain_says_of_each_stage_what_would_happen_and_why()
    {
        using var experiment = new TestExperiment().WithData(80);
        var fresh = await ExplainAsync(experiment);
        fresh["ImportDatasets"].ShouldBe("to run (3 of 3 datasets) | it has not run here before");
        fresh["ComputeAttribution"].ShouldBe("waits for what ImportDatasets writes");
        Directory.Exists(experiment.Store).ShouldBeFalse();

        await experiment.RunAsync();
        (await ExplainAsync(experiment)).Values.ShouldAllBe(line => line == "up to date");

        experiment.TopK = 6;
        var changed = await ExplainAsync(experiment);
        changed["ComputeAttribution"].ShouldBe("up to date");
        changed["SelectTrainingData"].ShouldBe("to run (2 of 3 selections) | topK: 8 -> 6");
        changed["FineTune"].ShouldBe("waits for what SelectTrainingData writes");

        await experiment.RunAsync();
        experiment.TopK = 8;
        var back = await ExplainAsync(experiment);
        back["SelectTrainingData"].ShouldBe("in the store | topK: 6 -> 8");
        back["FineTune"].ShouldStartWith("in the store | rows: ");
        back["FineTune"].ShouldContain("train.jsonl");

        experiment.TopK = 6;
        File.AppendAllText(experiment.Train, TestRows.PoolRow(999) + "\n");
        (await ExplainAsync(experiment))["ImportDatasets"].ShouldMatch(
            @"^to run \(1 of 3 datasets\) \| files\[0\]: .*pool\.jsonl \([0-9a-f]{12}\) -> .*pool\.jsonl \([0-9a-f]{12}\)$");
    }

    [Fact]
    public async Task Explain_counts_units_and_tells_what_such_units_took_before()
    {
        using var experiment = new TestExperiment().WithData(700);
        await experiment.RunAsync("ImportDatasets");
        (await ExplainAsync(experiment))["ComputeAttribution"].ShouldBe(
            "to run (2 of 2 vector tables) | it has not run here before | 4 blocks of 'pool': not measured yet | 1 block of 'lazy': not measured yet");
        await experiment.RunAsync();

        experiment.Seeds = [0, 1, 2];
        (await ExplainAsync(experiment))["FineTune"].ShouldBe("waits for what SelectTrainingData writes");
        await experiment.RunAsync("SelectTrainingData");
        (await ExplainAsync(experiment))["FineTune"].ShouldMatch(@"^to run \(4 of 6 adapters\) .*\| 4 adapters: about \d+ s \([0-9.]+ s each on cpu\), 1 MB$");

        File.AppendAllText(experiment.Train, TestRows.PoolRow(999) + "\n");
        await experiment.RunAsync("ImportDatasets");
        (await ExplainAsync(experiment))["ComputeAttribution"].ShouldMatch(@"\| 1 block of 'pool': about \d+ s \([0-9.]+ s each on cpu\), 1 MB$");
    }

    [Fact]
    public async Task Explain_misses_what_was_deleted()
    {
        using var experiment = new TestExperiment().WithData(80);
        await experiment.RunAsync();
        File.Delete(Path.Combine(experiment.Out, "metrics.json"));
        Directory.Delete(Path.Combine(experiment.Store, "adapters"), recursive: true);
        var now = await ExplainAsync(experiment);
        now["FineTune"].ShouldStartWith("to run (2 of 2 adapters) | nothing changed, but the result is no longer in the store or is damaged");
        now["Evaluate"].ShouldBe("waits for what FineTune writes");
        now["SelectTrainingData"].ShouldBe("up to date");
    }

    [Fact]
    public async Task Explain_says_what_a_build_would_stumble_over()
    {
        using var experiment = new TestExperiment().WithData(80);
        await experiment.RunAsync("ImportDatasets");
        experiment.TrainMethods = ["nothing_known"];
        (await ExplainAsync(experiment))["ComputeAttribution"].ShouldStartWith("error ATTR1401: There is no attribution method 'nothing_known'");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_folder_without_requests_is_an_error(bool exists)
    {
        using var folder = new TemporaryFolder();
        var requests = folder["requests"];
        if (exists)
            folder.Write("requests/Other.request.json", "{}");
        var (code, output, error) = await CommandLine.RunHereAsync("explain", "--requests", requests);
        code.ShouldBe(1);
        output.ShouldBeEmpty();
        error.ShouldContain($"'{requests}' holds no requests of stages; a build writes them to obj/attribution.");
    }

    // The requests go to a folder of their own, as the build has it.
    private static async Task<IReadOnlyDictionary<string, string>> ExplainAsync(TestExperiment experiment)
    {
        var requests = Path.Combine(experiment.State, "explain");
        experiment.Prepare(requests);
        var (code, output, error) = await CommandLine.RunHereAsync("explain", "--requests", requests, "--state", experiment.State);
        code.ShouldBe(0, error);
        var stages = new Dictionary<string, string>();
        foreach (var line in output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries))
            if (line.StartsWith(' '))
                stages[stages.Keys.Last()] += $" | {line.Trim()}";
            else
                stages.Add(line.Split(": ", 2)[0], line.Split(": ", 2)[1]);
        return stages;
    }
}
