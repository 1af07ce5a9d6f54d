using System.Text.Json.Nodes;
using Attribution.Tests;

namespace Attribution.Worker.Tests.Stages;

/// <summary>Real weights and real rows.</summary>
public sealed class RealDataTests
{
    [SharedFact("models", "stories260k")]
    public async Task Word_problems_run_through_every_stage()
    {
        using var experiment = new TestExperiment
        {
            Model = SharedData.Find("models", "stories260k")!,
            Train = SharedData.Find("data", "gsm8k_train.parquet")!,
            Eval = SharedData.Find("data", "gsm8k_wrong_solutions.jsonl")!,
            Take = 12,
            PlantedColumn = null,
            Layers = [2],
            Layer = 2,
            TrainMethods = ["residual_change_treatment"],
            EvalMethods = ["residual_diff", "residual_change"],
        };
        experiment.Prompts = experiment.Write("math.prompts.json", ["""["What is 2 + 2?", "Tom has 3 apples. He eats one. How many are left?"]"""]);
        await experiment.RunAsync();
        var runs = JsonNode.Parse(File.ReadAllText(Path.Combine(experiment.Out, "metrics.json")))!["runs"]!.AsObject();
        runs.Count.ShouldBe(2 + 2);
        foreach (var (_, run) in runs)
            ((double)run!["metrics"]!["eval_loss_gap"]!).ShouldBeInRange(-10, 10);
        (await experiment.RunAsync()).StagesThatRan.ShouldBeEmpty();
    }
}
