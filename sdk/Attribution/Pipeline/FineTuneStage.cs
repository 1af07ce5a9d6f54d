using System.Text.Json.Nodes;
using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data;
using Attribution.Data.Store;
using Attribution.FineTuning;
using Attribution.Pipeline.Results;

namespace Attribution.Pipeline;

/// <summary>Trains a LoRA adapter on each choice of rows. Runs that chose the same rows share theirs.</summary>
internal sealed class FineTuneStage : Stage<FineTuneSettings>
{
    public const string Name = StageNames.FineTune;

    /// <summary>The curve of the training, a <see cref="FineTuning.TrainingStep"/> per line.</summary>
    public const string LossFile = "loss.jsonl";

    private const string AdapterConfig = "adapter_config.json", StoreStage = "adapters";

    private readonly ModelSource _model;

    public FineTuneStage(StageContext context) : base(context)
    {
        _model = new ModelSource(Settings, context);
    }

    public override string Noun => "adapter";

    public override bool ModelLoaded => _model.IsLoaded;

    public override IEnumerable<string> OtherFiles => _model.FetchedFiles;

    public override IReadOnlyList<StageJob> Plan() =>
        [.. Context.Upstream(SelectTrainingDataStage.Name).Jobs.Where(run => run.Key.Attribution != JobKey.None).Select(Job)];

    public override IEnumerable<ShownFile> Show(StageJob job, Artifact artifact) =>
        artifact.Outputs.Select(o => Copy(artifact, o.Name, $"{job.Key.RunFolder}/selected_data/{o.Name}"));

    public override void Dispose() => _model.Dispose();

    private StageJob Job(JobResult run)
    {
        var rows = Context.Input(run, SelectTrainingDataStage.TrainFile);
        var settings = new
        {
            rows,
            model = _model.Inputs,
            modelName = _model.Name,
            Settings.Dtype,
            Settings.MaxTokens,
            Settings.Lora,
            Settings.LearningRate,
            Settings.WeightDecay,
            Settings.Epochs,
            Settings.BatchSize,
            Settings.Seed,
        };
        // What is not set is not in the request, so that it is the one that it was before there was such a setting.
        var request = Context.Resolve(StoreStage, Settings.Loss is null ? settings : new { settings, Settings.Loss });
        return new StageJob(run.Key, request, (builder, cancellation) => Train(builder, run.Key, rows.Path, cancellation));
    }

    private void Train(ArtifactBuilder builder, JobKey run, string rows, CancellationToken cancellation)
    {
        var options = new FineTuningOptions
        {
            Lora = new() { Rank = Settings.Lora.Rank, Alpha = Settings.Lora.Alpha, Dropout = Settings.Lora.Dropout, TargetModules = Settings.Lora.Targets },
            LearningRate = Settings.LearningRate,
            WeightDecay = Settings.WeightDecay,
            Epochs = Settings.Epochs,
            BatchSize = Settings.BatchSize,
            Seed = Settings.Seed,
        };
        var sequences = Dataset.Open(new() { Path = rows }).Rows().Select(row => _model.Encoder.Encode(row.Treatment, rows, row.Index)).ToArray();
        using var curve = new LossCurve(builder.PathOf(LossFile));
        using var adapter = new LoraFineTuner(options).Train(_model.Model, sequences, step =>
        {
            curve.Add(step);
            Context.Reporter.Progress(() => $"{run.RunFolder}: step {step.Step}, loss {step.Loss:0.000}");
        }, cancellation);
        adapter.Save(builder.Folder);
        NameBase(builder.PathOf(AdapterConfig));
        _model.Describe(builder);
    }

    // Where this machine keeps the model is no part of the result.
    private void NameBase(string config)
    {
        var json = JsonNode.Parse(File.ReadAllText(config))!.AsObject();
        json["base_model_name_or_path"] = _model.Name;
        File.WriteAllText(config, json.ToJsonString(Readable.Indented) + "\n");
    }
}
