using System.Text.Json.Nodes;
using Attribution.Worker.Tests.Stages;

namespace Attribution.Worker.Tests;

/// <summary>The steps of an experiment, called one at a time on the quickstart's model and data.</summary>
public sealed class ExperimentVerbTests : IDisposable
{
    private static readonly string Quickstart = Path.Combine(SharedData.RepositoryRoot, "experiments", "quickstart");
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Vectors_selection_adapter_and_metrics_follow_from_each_other()
    {
        var model = Path.Combine(Quickstart, "model");
        var eval = Path.Combine(Quickstart, "data", "modesty.jsonl");
        await RunAsync("attribute", "--model", model, "--data", Path.Combine(Quickstart, "data", "pool.jsonl"), "--layer", "2", "--method",
            "residual_diff,residual_treatment", "--take", "200", "--output", _folder["train"]);
        await RunAsync("attribute", "--model", model, "--data", eval, "--layer", "all", "--method", "residual_diff", "--output", _folder["eval"]);
        foreach (var file in new[] { "train/residual_diff/scores-00000.parquet", "train/residual_treatment/data-00000.parquet",
            "eval/residual_diff/scores-00000.parquet" })
            File.Exists(_folder[file]).ShouldBeTrue(file);

        (await RunAsync("select", "--train", _folder["train/residual_diff"], "--eval", _folder["eval/residual_diff"], "--layer", "2", "--top-k", "12",
            "--output", _folder["selected.jsonl"])).ShouldContain("selected 12 of 200 rows");
        var selected = File.ReadLines(_folder["selected.jsonl"]).Select(line => JsonNode.Parse(line)!).ToArray();
        selected.Select(row => (int)row["rank"]!).ShouldBe(Enumerable.Range(1, 12));
        selected.Select(row => (float)row["score"]!).ShouldBeInOrder(SortDirection.Descending);
        selected.ShouldAllBe(row => (string)row["messages"]![1]!["role"]! == "assistant");

        await RunAsync("finetune", "--model", model, "--data", _folder["selected.jsonl"], "--learning-rate", "5e-3", "--output", _folder["adapter"]);
        File.ReadLines(_folder["adapter/loss.jsonl"]).Count().ShouldBe(3);
        await RunAsync("evaluate", "--model", model, "--data", eval, "--output", _folder["before"]);
        await RunAsync("evaluate", "--model", model, "--adapter", _folder["adapter"], "--data", eval, "--output", _folder["after"]);
        Loss("after").ShouldNotBe(Loss("before"));
    }

    /// <summary>The file lists rows by rank, the stage trains in the order of their dataset; with two epochs and a last step that is not full.</summary>
    [Fact]
    public async Task Fine_tuning_on_an_experiments_selected_rows_gives_its_adapter_to_the_byte()
    {
        using var experiment = new TestExperiment { TopK = 10 }.WithData(60);
        await experiment.RunAsync("ImportDatasets", "ComputeAttribution", "SelectTrainingData", "FineTune");
        var run = Path.Combine(experiment.Out, "pool", "residual_change_treatment", "lazy.residual_diff.layer1");
        var selected = Path.Combine(run, "selected_train_data.jsonl");
        File.ReadLines(selected).Select(line => (int)JsonNode.Parse(line)!["idx"]!).ShouldNotBe(
            File.ReadLines(selected).Select(line => (int)JsonNode.Parse(line)!["idx"]!).Order(), "else the order of the ranks is that of the dataset");

        await RunAsync("finetune", "--model", experiment.Model, "--dtype", "float32", "--data", selected, "--rank", "4", "--alpha", "8", "--lora-targets",
            "q_proj,up_proj",
            "--learning-rate", "0.001", "--max-tokens", "256", "--output", _folder["adapter"]);
        foreach (var file in new[] { "adapter_model.safetensors", "loss.jsonl" })
            File.ReadAllBytes(_folder["adapter", file]).ShouldBe(File.ReadAllBytes(Path.Combine(run, "selected_data", file)), file);
    }

    [Fact]
    public async Task Projected_gradients_select_with_their_like_alone()
    {
        var model = Path.Combine(Quickstart, "model");
        string[] train = ["attribute", "--model", model, "--data", Path.Combine(Quickstart, "data", "pool.jsonl"), "--layer", "2", "--take", "40"];
        string[] eval = ["attribute", "--model", model, "--data", Path.Combine(Quickstart, "data", "modesty.jsonl"), "--layer", "2", "--take", "10"];
        await RunAsync([.. train, "--method", "trak,residual_diff", "--projection-dim", "256", "--output", _folder["train"]]);
        await RunAsync([.. eval, "--method", "trak", "--projection-dim", "256", "--output", _folder["eval"]]);
        await RunAsync([.. eval, "--method", "trak", "--projection-dim", "256", "--projection-seed", "1", "--output", _folder["other"]]);

        string[] select = ["select", "--layer", "2", "--top-k", "5", "--output", _folder["selected.jsonl"], "--train"];
        (await RunAsync([.. select, _folder["train/trak"], "--eval", _folder["eval/trak"]])).ShouldContain("selected 5 of 40 rows");
        (await FailAsync(_folder["train/trak"], _folder["other/trak"])).ShouldContain("seed 0 and 1");
        (await FailAsync(_folder["train/residual_diff"], _folder["eval/trak"])).ShouldContain("trak vectors compare with trak vectors only");

        async Task<string> FailAsync(string train, string eval)
        {
            var (code, _, error) = await CommandLine.RunHereAsync([.. select, train, "--eval", eval]);
            code.ShouldBe(1);
            error.ShouldStartWith("error ATTR1521: ");
            return error;
        }
    }

    [Fact]
    public async Task An_unknown_method_is_one_line_that_lists_the_known()
    {
        var (code, _, error) = await CommandLine.RunHereAsync("attribute", "--model", Path.Combine(Quickstart, "model"), "--data",
            Path.Combine(Quickstart, "data", "modesty.jsonl"), "--layer", "2", "--method", "residual_dif", "--output", _folder["x"]);
        code.ShouldBe(1);
        error.ShouldStartWith("error ATTR1401: There is no attribution method 'residual_dif'. Use one of: ");
        error.ShouldNotContain("   at ");
    }

    public void Dispose() => _folder.Dispose();

    private double Loss(string folder) => (double)JsonNode.Parse(File.ReadAllText(_folder[folder, "metrics.json"]))!["eval_loss_treatment"]!;

    private static async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, error) = await CommandLine.RunHereAsync(arguments);
        code.ShouldBe(0, error);
        return output;
    }
}
