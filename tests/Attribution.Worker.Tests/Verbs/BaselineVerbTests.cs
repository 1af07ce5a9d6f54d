using System.CommandLine;
using System.Text.Json.Nodes;
using Attribution.Worker.Tests.Stages;
using Attribution.Worker.Verbs;

namespace Attribution.Worker.Tests.Verbs;

public sealed class BaselineVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("bm25")]
    [InlineData("loss")]
    [InlineData("length")]
    public async Task Rows_are_those_that_an_experiment_selects(string method)
    {
        using var experiment = new TestExperiment { TrainMethods = [], EvalMethods = [], Baselines = [method] }.WithData(80);
        await experiment.RunAsync("ImportDatasets", "ComputeAttribution", "SelectTrainingData");
        var (code, output) = await Run("--method", method, "--data", experiment.Train, "--eval-data", experiment.Eval, "--model", experiment.Model,
            "--max-tokens", "256", "--top-k", "8");
        code.ShouldBe(0, output);
        output.ShouldContain("selected 8 of 80 rows");
        Rows(_folder["selected.jsonl"]).ShouldBe(Rows(Path.Combine(experiment.Out, "pool", method, "lazy", "selected_train_data.jsonl")));
    }

    [Theory]
    [InlineData("bm25", "--eval-data FILE")]
    [InlineData("loss", "--model FOLDER")]
    [InlineData("trak", "'trak' not recognized")]
    public async Task What_a_baseline_needs_is_said(string method, string text)
    {
        var (code, output) = await Run("--method", method, "--data", "pool.jsonl");
        code.ShouldNotBe(0);
        output.ShouldContain(text);
    }

    private static IEnumerable<string> Rows(string file) => File.ReadLines(file).Select(line =>
        $"{JsonNode.Parse(line)!["idx"]} {JsonNode.Parse(line)!["score"]}");

    private async Task<(int Code, string Output)> Run(params string[] options)
    {
        var (code, output, error) = await CommandLine.RunHereAsync(["baseline", "--output", _folder["selected.jsonl"], .. options]);
        return (code, output + error);
    }
}
