using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Diagnostics;
using Attribution.Pipeline;

namespace Attribution.Worker.Tests.Stages;

/// <summary>The stages from C#, without requests in files.</summary>
public sealed class ExperimentPipelineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Lines _lines = new();

    [Fact]
    public void All_stages_run_in_turn_and_once_more_take_everything_from_the_store()
    {
        foreach (var settings in Experiment())
            Pipeline().Run(settings).Ran.ShouldBeGreaterThanOrEqualTo(settings is VerifySnapshotSettings or ReportSettings ? 0 : 1);
        File.ReadAllText(_folder["experiment/out/report.html"]).ShouldContain("residual_treatment");
        File.Exists(_folder["experiment/out/metrics.json"]).ShouldBeTrue();

        Experiment().Sum(settings => Pipeline().Run(settings).Ran).ShouldBe(0);
        _lines.Summaries.Take(7).ShouldNotContain("from store");
        _lines.Summaries.Skip(9).Take(7).ShouldAllBe(line => line == "from store", "the second time; nothing of the snapshot and of the report is kept");
    }

    [Fact]
    public void What_cannot_be_is_an_error_of_the_library()
    {
        var error = Should.Throw<AttributionException>(() =>
            Pipeline().Run(new ImportDatasetsSettings { Train = [new() { Name = "pool", Path = _folder["nowhere.jsonl"] }] }));
        (error.Code, error.File).ShouldBe((ErrorCodes.DatasetNotFound, _folder["nowhere.jsonl"]));
        Should.Throw<AttributionException>(() => Pipeline().Run(new FineTuneSettings { Model = _folder["nowhere"] })).Code.ShouldBe(ErrorCodes.ModelNotFound);
        Should.Throw<ArgumentException>(() => Pipeline().Run(new StageSettings())).Message.ShouldContain("StageSettings");
        Should.Throw<OperationCanceledException>(() => Pipeline().Run(Experiment().First(), new CancellationToken(canceled: true)));
    }

    public void Dispose() => _folder.Dispose();

    private ExperimentPipeline Pipeline() => new(_folder["experiment"]) { Reporter = _lines };

    private IEnumerable<StageSettings> Experiment()
    {
        var model = TinyChatModel.Write(_folder["model"]);
        var rows = _folder.Write("pool.jsonl", string.Join('\n', TestRows.Pairs(70)));
        var prompts = _folder.Write("prompts.jsonl", """{"messages":[{"role":"user","content":"What is 7?"}]}""" + "\n");
        string[] methods = ["residual_treatment"];
        EvalSettings[] eval = [new() { Name = "lazy", Trait = "laziness" }];
        yield return new ImportDatasetsSettings
        {
            Train = [new() { Name = "pool", Path = rows }],
            Eval = [new() { Name = "lazy", Path = rows, Take = 12, Trait = "laziness", Prompts = prompts }]
        };
        yield return new ComputeAttributionSettings
        {
            Model = model,
            MaxTokens = 128,
            Train = ["pool"],
            Eval = ["lazy"],
            TrainMethods = methods,
            EvalMethods = methods,
            Layers = new([1])
        };
        yield return new SelectTrainingDataSettings
        {
            Train = [new() { Name = "pool" }],
            Eval = eval,
            TrainMethods = methods,
            EvalMethods = methods,
            SelectionLayers = [1],
            TopK = [5],
            Baselines = ["none"]
        };
        yield return new FineTuneSettings { Model = model, MaxTokens = 128, Lora = new() { Ranks = [2], Targets = ["q_proj"] } };
        yield return new EvaluateSettings { Model = model, MaxTokens = 128, Eval = eval, Generation = new() { Repeats = 1, MaxNewTokens = 8 } };
        yield return new JudgeSettings { Eval = [new() { Name = "lazy", Trait = "laziness", Judge = "rules" }] };
        yield return new CollectMetricsSettings { Eval = eval };
        yield return new VerifySnapshotSettings { Snapshots = _folder["snapshots"] };
        yield return new ReportSettings { Command = "dotnet run demo.cs" };
    }

    private sealed class Lines : StageReporter
    {
        public List<string> Summaries { get; } = [];

        public override void Summary(string text) => Summaries.Add(text);
    }
}
