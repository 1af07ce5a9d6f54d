namespace Attribution.Sdk.Tests.Builds;

public sealed class Gsm8kExperimentTests
{
    /// <summary>
    /// A small part of the experiment on real data, with a snapshot of its own: by hand it is built in full. Helper processes would start for longer than they
    /// work.
    /// </summary>
    [SharedFact("data", "gsm8k_train.jsonl")]
    public void A_small_part_of_the_experiment_gives_the_metrics_of_its_snapshot()
    {
        var (code, output) = DotNet.Run(Repository.Root, Repository.Environment, "build", "experiments/gsm8k-errors", "-tl:off", "-p:Variant=small",
            "-p:Rows=100", "-p:Pairs=8", "-p:TopK=8", "-p:Seeds=0", "-p:MaxTokens=256", "-p:Workers=1");
        code.ShouldBe(0, output);
        output.ShouldMatch("metrics equal the snapshot|VerifySnapshot: up to date");
    }
}
