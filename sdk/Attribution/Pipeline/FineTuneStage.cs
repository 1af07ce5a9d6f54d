using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data.Store;
using Attribution.Pipeline.Grid;
using Attribution.Pipeline.Results;

namespace Attribution.Pipeline;

/// <summary>Trains a LoRA adapter on each selection at each point of the grid. Runs with the same selected rows share their adapters.</summary>
internal sealed class FineTuneStage : Stage<FineTuneSettings>
{
    public const string Name = StageNames.FineTune;

    /// <summary>The loss curve, one <see cref="FineTuning.TrainingStep"/> per line.</summary>
    public const string LossFile = "loss.jsonl";

    private readonly ModelSource _model;
    private readonly AdapterTraining _training;

    public FineTuneStage(StageContext context) : base(context)
    {
        _model = new ModelSource(Settings, context);
        _training = new AdapterTraining(Settings, _model, context);
    }

    public override string Noun => "adapter";

    public override bool ModelLoaded => _model.IsLoaded;

    public override IEnumerable<string> OtherFiles => _model.FetchedFiles;

    public override SharedWork? Share(IReadOnlyList<StageJob> missing) => new(missing.Count, _model.Config);

    public override IReadOnlyList<StageJob> Plan() => [.. Context.Upstream(SelectTrainingDataStage.Name).Jobs
        .Where(run => run.Key.Attribution != JobKey.None)
        .SelectMany(run => RunGrid.OfTraining(Settings, run.Point).Select(point => Job(run, point)))];

    public override IEnumerable<ShownFile> Show(StageJob job, Artifact artifact) =>
        artifact.Outputs.Select(o => Copy(artifact, o.Name, $"{job.Key.RunFolder}/selected_data/{o.Name}"));

    public override void Dispose() => _model.Dispose();

    private StageJob Job(JobResult selection, GridPoint point)
    {
        var key = selection.Key with { Point = point.Named.OrNull() };
        var rows = Context.Input(selection, SelectTrainingDataStage.TrainFile);
        return new StageJob(key, _training.Request(rows, point.Values), (builder, cancellation) =>
            _training.Train(builder, key.RunFolder, selection.Key.RunFolder, rows.Path, point.Values, cancellation))
        { Values = point.Values };
    }
}
