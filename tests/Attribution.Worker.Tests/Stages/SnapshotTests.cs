using System.Text.Json.Nodes;

namespace Attribution.Worker.Tests.Stages;

/// <summary>Metrics against those in git.</summary>
public sealed class SnapshotTests
{
    private const string Run = "pool/residual_change_treatment/lazy.residual_diff.layer1";

    [Fact]
    public async Task A_snapshot_is_accepted_compared_and_a_difference_fails_with_metric_expected_got_and_tolerance()
    {
        using var experiment = new TestExperiment().WithData(80);
        var (verified, received) = (Path.Combine(experiment.Snapshots, "metrics.verified.json"), Path.Combine(experiment.Snapshots, "metrics.received.json"));

        var verdict = Path.Combine(experiment.State, "VerifySnapshot.verdict.json");

        var first = await experiment.RunAsync();
        first.Summary("VerifySnapshot").ShouldBe("no snapshot yet");
        first.Texts("VerifySnapshot", "message").Single().ShouldContain("-p:AcceptSnapshot=true");
        File.Exists(verified).ShouldBeFalse();

        (await experiment.RunStageAsync("VerifySnapshot", "--accept-snapshot")).Code.ShouldBe(0);
        var metrics = JsonNode.Parse(File.ReadAllText(Path.Combine(experiment.Out, "metrics.json")))!.AsObject();
        metrics.Select(part => part.Key).ShouldBe(["runs", "verdicts"], "there is one seed, so that nothing is a mean");
        JsonNode.Parse(File.ReadAllText(verified))!.ToJsonString().ShouldBe(metrics.ToJsonString());
        File.ReadAllLines(Path.Combine(experiment.State, "VerifySnapshot.files")).ShouldBe([verified, verdict]);
        var same = await experiment.RunAsync("VerifySnapshot");
        same.Summary("VerifySnapshot").ShouldContain("metrics equal the snapshot");
        File.ReadAllLines(Path.Combine(experiment.State, "VerifySnapshot.files")).ShouldBe([verified, verdict]);

        var snapshot = JsonNode.Parse(File.ReadAllText(verified))!;
        var got = (double)snapshot["runs"]![Run]!["metrics"]!["eval_loss_treatment"]!;
        got.ShouldBeGreaterThan(1);
        var other = snapshot["runs"]![Run]!["metrics"]!["eval_loss_treatment"] = got / 1.2;
        snapshot["runs"]![Run]!["settings"]!["top_k"] = 9;
        File.WriteAllText(verified, snapshot.ToJsonString());
        var (code, lines) = await experiment.RunStageAsync("VerifySnapshot");
        code.ShouldBe(1);
        var errors = lines.Where(l => l.Kind == "error").ToArray();
        errors.Select(e => (e.Code, e.File, e.Property)).ShouldBe([("ATTR1701", verified, "top_k"), ("ATTR1701", verified, "eval_loss_treatment")]);
        errors[0].Text.ShouldContain($"top_k of {Run}: expected 9, got 8.");
        errors[1].Text.ShouldContain(FormattableString.Invariant($"expected {(double)other}, got {got}, tolerance {0.01 * (double)other}"));
        errors[1].Text.ShouldContain("-p:AcceptSnapshot=true");
        JsonNode.Parse(File.ReadAllText(received))!.ToJsonString().ShouldBe(metrics.ToJsonString());

        // A verdict's score is compared, its words are not.
        snapshot["runs"]![Run]!["settings"]!["top_k"] = 8;
        snapshot["runs"]![Run]!["metrics"]!["eval_loss_treatment"] = got;
        snapshot["verdicts"]![0]!["text"] = "best";
        File.WriteAllText(verified, snapshot.ToJsonString());
        (await experiment.RunStageAsync("VerifySnapshot")).Code.ShouldBe(0);
        snapshot["verdicts"]![0]!["score"] = 0.25 + (double)snapshot["verdicts"]![0]!["score"]!;
        File.WriteAllText(verified, snapshot.ToJsonString());
        (await experiment.FailAsync("VerifySnapshot")).Text.ShouldContain("score of the verdict of pool/lazy: expected ");
        snapshot["verdicts"]![0]!["score"] = (double)snapshot["verdicts"]![0]!["score"]! - 0.25;
        snapshot["runs"]![Run]!["metrics"]!["eval_loss_treatment"] = other.DeepClone();

        // Within its own tolerance.
        snapshot["runs"]![Run]!["settings"]!["top_k"] = 8;
        File.WriteAllText(verified, snapshot.ToJsonString());
        File.WriteAllText(Path.Combine(experiment.Snapshots, "tolerances.json"), $$"""{"{{Run}}/eval_loss_treatment": 0.3}""");
        (await experiment.RunStageAsync("VerifySnapshot")).Code.ShouldBe(0);
        File.Exists(received).ShouldBeFalse();
    }

    [Fact]
    public async Task A_snapshot_of_several_seeds_holds_their_means_and_deviations_which_have_the_tolerance_of_their_metric()
    {
        using var experiment = new TestExperiment { Seeds = [0, 1] }.WithData(80);
        await experiment.RunAsync();
        await experiment.RunStageAsync("VerifySnapshot", "--accept-snapshot");
        var verified = Path.Combine(experiment.Snapshots, "metrics.verified.json");
        var snapshot = JsonNode.Parse(File.ReadAllText(verified))!;
        snapshot["runs"]!.AsObject().Select(run => run.Key).ShouldBe([Run, "pool/random/lazy", "none/lazy"]);
        snapshot["runs"]![Run]!["settings"]!["seeds"]!.ToJsonString().ShouldBe("[0,1]");
        var all = JsonNode.Parse(File.ReadAllText(Path.Combine(experiment.Out, "metrics.json")))!["runs"]!;
        double[] losses = [.. ((string[])[$"{Run}/seed0", $"{Run}/seed1"]).Select(run => (double)all[run]!["metrics"]!["eval_loss_treatment"]!)];
        var metrics = snapshot["runs"]![Run]!["metrics"]!;
        ((double)metrics["eval_loss_treatment"]!).ShouldBe(losses.Average(), 1e-12);
        ((double)metrics["eval_loss_treatment_sd"]!).ShouldBe(Math.Abs(losses[0] - losses[1]) / Math.Sqrt(2), 1e-12);

        metrics["eval_loss_treatment_sd"] = 0.2 + (double)metrics["eval_loss_treatment_sd"]!;
        File.WriteAllText(verified, snapshot.ToJsonString());
        var error = await experiment.FailAsync("VerifySnapshot");
        error.Property.ShouldBe("eval_loss_treatment_sd");
        File.WriteAllText(Path.Combine(experiment.Snapshots, "tolerances.json"), """{"eval_loss_treatment": 0.3}""");
        (await experiment.RunStageAsync("VerifySnapshot")).Code.ShouldBe(0);
    }

    [Fact]
    public async Task A_run_that_is_new_or_gone_differs_and_a_snapshot_that_is_none_is_an_error()
    {
        using var experiment = new TestExperiment().WithData(80);
        await experiment.RunAsync();
        await experiment.RunStageAsync("VerifySnapshot", "--accept-snapshot");
        experiment.EvalMethods = ["residual_treatment"];
        experiment.Prepare();
        foreach (var stage in TestExperiment.AllStages[..^2])
            (await experiment.RunStageAsync(stage)).Code.ShouldBe(0);
        var (_, lines) = await experiment.RunStageAsync("VerifySnapshot");
        var errors = lines.Where(l => l.Kind == "error").Select(l => l.Text).ToArray();
        errors.Length.ShouldBe(3);
        errors[0].ShouldContain($"run {Run}: expected the run, got none");
        errors[1].ShouldContain("score of the verdict of pool/lazy: expected ");
        errors[2].ShouldContain("lazy.residual_treatment.layer1: expected none, got the run");

        File.WriteAllText(Path.Combine(experiment.Snapshots, "tolerances.json"), """{"judged_mean": -1}""");
        (await experiment.FailAsync("VerifySnapshot")).Code!.ShouldBe("ATTR1702");
        File.WriteAllText(Path.Combine(experiment.Snapshots, "metrics.verified.json"), "{}");
        (await experiment.FailAsync("VerifySnapshot")).Code!.ShouldBe("ATTR1702");
    }
}
