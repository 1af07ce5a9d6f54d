using System.Text;
using System.Text.Json.Nodes;
using Attribution.Worker.Tests.Stages;

namespace Attribution.Worker.Tests.Tracking;

/// <summary>Results at an MLflow server.</summary>
public sealed class MlflowTests : IClassFixture<MlflowTests.Built>
{
    private readonly TestExperiment _experiment;

    public MlflowTests(Built built)
    {
        _experiment = built.Experiment;
        // As if nobody had been told of anything.
        if (Directory.Exists(Spool))
            Directory.Delete(Spool, recursive: true);
    }

    private string Spool => Path.Combine(_experiment.State, "tracking");

    private int Waiting => Directory.EnumerateDirectories(Spool).Count();

    [Fact]
    public void A_build_and_its_runs_are_told_with_params_curves_and_artifacts_and_only_once()
    {
        using var server = new MlflowServer();
        Track(server, ("MLFLOW_TRACKING_TOKEN", "secret-token")).Single(l => l.Kind == "summary").Text.ShouldBe("told MLflow of 1 build");
        server.Complaints.ShouldBeEmpty();
        server.Authorization.ShouldBe("Bearer secret-token");

        var metrics = JsonNode.Parse(File.ReadAllText(Path.Combine(_experiment.Out, "metrics.json")))!["runs"]!.AsObject();
        var parent = server.Runs.Values.Single(run => !run.Tags.ContainsKey("mlflow.parentRunId"));
        parent.Artifacts.Keys.ShouldBe(["metrics.json", "report.html", "snapshot.md"], ignoreOrder: true);
        parent.Artifacts["report.html"].ShouldBe(File.ReadAllBytes(Path.Combine(_experiment.Out, "report.html")));
        Encoding.UTF8.GetString(parent.Artifacts["snapshot.md"]).ShouldContain("no snapshot to compare with");
        var runs = server.Runs.Values.Except([parent]).ToDictionary(run => run.Name);
        runs.Keys.ShouldBe(metrics.Select(run => run.Key), ignoreOrder: true);
        runs.Values.ShouldAllBe(run => run.Tags["mlflow.parentRunId"] == parent.Id && run.Status == "FINISHED");
        var trained = runs["pool/residual_change_treatment/lazy.residual_diff.layer1"];
        (trained.Params["top_k"], trained.Params["attribution"]).ShouldBe(("8", "residual_change_treatment"));
        trained.Metrics.Keys.Where(m => m.Key == "train/loss").Select(m => m.Step).Order().ShouldBe([1L, 2L]);
        trained.Metrics.Keys.Where(m => m.Key == "metrics/eval_loss_gap").Select(m => m.Step).Order().ShouldBe([0L, 2L]);

        var before = server.Runs.Count;
        Track(server).Single(l => l.Kind == "summary").Text.ShouldBe("nothing new");
        server.Runs.Count.ShouldBe(before);
    }

    [Fact]
    public void A_server_that_is_down_fails_nothing_and_is_told_what_it_lacks_at_the_next_build()
    {
        var refused = Track(null);
        refused.Single(l => l.Kind == "warning").Code.ShouldBe("ATTR1741");
        Waiting.ShouldBe(1);

        using var server = new MlflowServer { DownAfter = 9 };
        var warning = Track(server).Single(l => l.Kind == "warning");
        warning.Text.ShouldContain("503");
        Waiting.ShouldBe(1);

        server.DownAfter = int.MaxValue;
        Track(server).Single(l => l.Kind == "summary").Text.ShouldBe("told MLflow of 1 build");
        Waiting.ShouldBe(0);
        server.Complaints.ShouldBeEmpty();
        server.Runs.Values.Count(run => !run.Tags.ContainsKey("mlflow.parentRunId")).ShouldBe(1, "what had arrived is not sent again");
        server.Runs.Values.Select(run => run.Name).ShouldBeUnique();
        server.Runs.Values.ShouldAllBe(run => run.Status == "FINISHED");
    }

    [Theory]
    [InlineData("all")]
    [InlineData("deleted")]
    [InlineData("run")]
    public void A_build_whose_run_is_gone_is_sent_from_the_beginning(string gone)
    {
        using var server = new MlflowServer { DownAfter = 10 };
        Track(server).Single(l => l.Kind == "warning").Text.ShouldContain("503");
        var first = server.Runs.Values.ToArray();
        first.Length.ShouldBe(3);
        if (gone == "all")
            server.Runs.Clear();
        else if (gone == "deleted")
            first.Single(run => !run.Tags.ContainsKey("mlflow.parentRunId")).IsDeleted = true;
        else
            server.Runs.TryRemove(first.Single(run => run.Tags.ContainsKey("mlflow.parentRunId") && run.Status == "RUNNING").Id, out _).ShouldBeTrue();

        server.DownAfter = int.MaxValue;
        var lines = Track(server);
        lines.ShouldNotContain(l => l.Kind == "warning");
        lines.Single(l => l.Kind == "summary").Text.ShouldBe("told MLflow of 1 build");
        Waiting.ShouldBe(0);
        server.Complaints.ShouldBeEmpty();
        var anew = server.Runs.Values.Except(first).ToArray();
        var parent = anew.Single(run => !run.Tags.ContainsKey("mlflow.parentRunId"));
        parent.Artifacts.Keys.ShouldBe(["metrics.json", "report.html", "snapshot.md"], ignoreOrder: true);
        anew.ShouldAllBe(run => run.Status == "FINISHED");
        var metrics = JsonNode.Parse(File.ReadAllText(Path.Combine(_experiment.Out, "metrics.json")))!["runs"]!.AsObject();
        anew.Where(run => run.Tags.GetValueOrDefault("mlflow.parentRunId") == parent.Id).Select(run => run.Name)
            .ShouldBe(metrics.Select(run => run.Key), ignoreOrder: true);
        anew.Length.ShouldBe(metrics.Count + 1);
    }

    [Theory]
    [InlineData(400, 1)]
    [InlineData(404, 1)]
    [InlineData(403, 2)]
    [InlineData(429, 2)]
    [InlineData(503, 2)]
    public void A_build_that_the_server_refuses_does_not_keep_it_from_the_next(int status, int left)
    {
        Track(null);
        // An older build that waits, too.
        var waiting = Directory.EnumerateDirectories(Spool).Single();
        var older = Directory.CreateDirectory(Path.Combine(Spool, "20240101000000000")).FullName;
        Directory.CreateDirectory(Path.Combine(older, "files"));
        var build = JsonNode.Parse(File.ReadAllText(Path.Combine(waiting, "build.json")))!;
        build[build.AsObject().Single(value => value.Key.Equals("Created", StringComparison.OrdinalIgnoreCase)).Key] = 1_704_067_200_000;
        File.WriteAllText(Path.Combine(older, "build.json"), build.ToJsonString());
        var calls = 0;
        using var server = new MlflowServer
        {
            Instead = path => path.EndsWith("runs/create", StringComparison.Ordinal) && calls++ == 0 ? (status, "not this one") : null,
        };
        var lines = Track(server);
        Waiting.ShouldBe(left);
        var warning = lines.Single(l => l.Kind == "warning").Text;
        warning.ShouldContain($"answered {status} to create: not this one");
        warning.ShouldStartWith(left == 1 ? "MLflow was not told of the build of 2024-01-01 00:00: " : "MLflow was not told of 2 builds: ");
        lines.Single(l => l.Kind == "summary").Text.ShouldBe(left == 1 ? "told MLflow of 1 build; 1 build waits for MLflow" : "2 builds wait for MLflow");
        Track(server).Single(l => l.Kind == "summary").Text.ShouldBe(left == 1 ? "told MLflow of 1 build" : "told MLflow of 2 builds");
        server.Complaints.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("20200101000000000")]
    [InlineData(".20200101000000000")]
    public void What_a_killed_build_left_of_a_folder_is_not_sent_but_deleted(string name)
    {
        var left = Directory.CreateDirectory(Path.Combine(Spool, name, "files")).Parent!.FullName;
        new Worker.Tracking.TrackingSpool(_experiment.State).Waiting().ShouldBeEmpty();
        using var server = new MlflowServer();
        Track(server).Single(l => l.Kind == "summary").Text.ShouldBe("told MLflow of 1 build");
        Directory.Exists(left).ShouldBeFalse();
        Waiting.ShouldBe(0);
    }

    [Fact]
    public void An_answer_without_end_is_read_up_to_4_MB()
    {
        using var server = new MlflowServer { Padding = 5 << 20 };
        Track(server).Single(l => l.Kind == "warning").Text.ShouldContain("4194304");
        Waiting.ShouldBe(1);
    }

    [Theory]
    [InlineData("\\ud800")]
    [InlineData("a\\nfile report.html\\tsent")]
    [InlineData("")]
    public void An_id_that_can_be_none_is_refused(string id)
    {
        using var server = new MlflowServer
        {
            Instead = path => path.EndsWith("runs/create", StringComparison.Ordinal)
            ? (200, $$"""{"run":{"info":{"run_id":"{{id}}","artifact_uri":"mlflow-artifacts:/1"} } }""") : null
        };
        Track(server).Single(l => l.Kind == "warning").Text.ShouldContain("no valid run.info.run_id");
        Waiting.ShouldBe(1);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(500)]
    public void An_answer_of_any_depth_is_a_warning(int status)
    {
        using var server = new MlflowServer { Instead = _ => (status, new string('[', 100_000)) };
        var warning = Track(server).Single(l => l.Kind == "warning");
        warning.Code.ShouldBe("ATTR1741");
        warning.Text.Length.ShouldBeLessThan(600);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_key_that_the_server_repeats_is_not_quoted_nor_kept(bool isToken)
    {
        const string secret = "mlflow-zKq83Lm02pQx7Yv", user = "me";
        var bytes = Encoding.ASCII.GetBytes(secret);
        var basic = Convert.ToBase64String([.. Encoding.ASCII.GetBytes(user + ":"), .. bytes]);
        string[] forms = [secret, secret[..11], secret[11..], Convert.ToBase64String(bytes), basic, basic[4..20], Convert.ToHexStringLower(bytes)];
        using var server = new MlflowServer { Instead = _ => (401, $"not {string.Join(" or\n::error::", forms)}") };
        var lines = isToken ? Track(server, ("MLFLOW_TRACKING_TOKEN", secret))
            : Track(server, ("MLFLOW_TRACKING_USERNAME", user), ("MLFLOW_TRACKING_PASSWORD", secret));
        server.Authorization.ShouldBe(isToken ? $"Bearer {secret}" : $"Basic {basic}");
        lines.Single(l => l.Kind == "warning").Text.ShouldContain("[key]");
        lines.ShouldNotContain(l => l.Text.Contains("\n::", StringComparison.Ordinal));
        foreach (var form in forms)
        {
            lines.ShouldNotContain(l => l.Text.Contains(form, StringComparison.Ordinal), form);
            foreach (var file in Directory.EnumerateFiles(_experiment.Root, "*", SearchOption.AllDirectories))
                File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(form)).ShouldBe(-1, file);
        }
    }

    [Fact]
    public void Without_an_address_the_warning_names_the_variable() => Track(null, ("MLFLOW_TRACKING_URI", null)).Single(l => l.Kind == "warning").Text
        .ShouldContain("MLFLOW_TRACKING_URI is not set");

    private IReadOnlyList<WorkerLine> Track(MlflowServer? server, params (string Name, string? Value)[] more)
    {
        var environment = new Dictionary<string, string?> { ["MLFLOW_TRACKING_URI"] = server?.Address ?? "http://127.0.0.1:9" };
        foreach (var (name, value) in more)
            environment[name] = value;
        var (code, output, error) = CommandLine.Run(environment, "track", "--requests", _experiment.State);
        code.ShouldBe(0, output + error);
        return [.. WorkerLine.Parse(output)];
    }

    /// <summary>An experiment that was built.</summary>
    public sealed class Built : IAsyncLifetime
    {
        internal TestExperiment Experiment { get; } = new TestExperiment().WithData(80);

        public async Task InitializeAsync() => await Experiment.RunAsync();

        public Task DisposeAsync()
        {
            Experiment.Dispose();
            return Task.CompletedTask;
        }
    }
}
