using System.Globalization;
using System.Text.Json;
using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Models;
using Attribution.Pipeline.Grid;
using Attribution.Pipeline.Results;
using Attribution.Selection;

namespace Attribution.Pipeline.GroundTruth;

/// <summary>
/// Trains an adapter on each of m random subsets of every training set, with each seed. The subsets depend only on the training set, so methods and evaluation
/// sets that are added later reuse the adapters from the store.
/// </summary>
internal sealed class RetrainSubsetsStage : Stage<RetrainSubsetsSettings>
{
    public const string Name = StageNames.RetrainSubsets;

    /// <summary>The drawn rows, a <see cref="SubsetDraw"/>.</summary>
    public const string SubsetFile = "subset.json";

    private const string RowsFile = "train.jsonl";

    private readonly ModelSource _model;
    private readonly AdapterTraining _training;

    public RetrainSubsetsStage(StageContext context) : base(context)
    {
        _model = new ModelSource(Settings, context);
        _training = new AdapterTraining(Settings, _model, context);
    }

    public override string Noun => "adapter";

    public override bool ModelLoaded => _model.IsLoaded;

    public override IEnumerable<string> OtherFiles => _model.FetchedFiles;

    /// <summary>The <see cref="JobKey.Part"/> of a subset's jobs.</summary>
    public static string PartOf(int subset) => string.Create(CultureInfo.InvariantCulture, $"subset{subset}");

    public override IReadOnlyList<StageJob> Plan()
    {
        // Only the first value of each axis: the question is whether a method predicts one way of training.
        var at = new RunPoint { LearningRate = Settings.LearningRates[0], Epochs = Settings.Epochs[0], LoraRank = Settings.Lora.Ranks[0] };
        return
        [
            .. from train in Settings.Train
               let rows = Context.Input(Context.Upstream(ImportDatasetsStage.Name).Get(ImportDatasetsStage.KeyOf(train, "train")), ImportDatasetsStage.RowsFile)
               from subset in Enumerable.Range(0, Settings.Subsets)
               from seed in Settings.Seeds
               select Job(train, rows, subset, at with { Seed = seed }),
        ];
    }

    public override SharedWork? Share(IReadOnlyList<StageJob> missing) => new(missing.Count, _model.Config);

    public override IEnumerable<ShownFile> Show(StageJob job, Artifact artifact) => [];

    public override void Dispose() => _model.Dispose();

    private StageJob Job(string train, InputFile rows, int subset, RunPoint at)
    {
        var draw = new { rows, Kept = SubsetDraw.Probability, Draw = subset };
        var key = new JobKey { Train = train, Part = PartOf(subset), Point = Settings.Seeds.Length > 1 ? new RunPoint { Seed = at.Seed } : null };
        return new StageJob(key, _training.Request(draw, at), (builder, cancellation) =>
        {
            var (drawn, file) = (SubsetDraw.Of(DatasetRows.Read(rows.Path), subset, out var kept), builder.PathOf(RowsFile));
            if (kept.Count == 0)
                throw new AttributionException(ErrorCodes.NothingToTrain,
                    $"No row of '{train}' was drawn for subset {subset}. A training set of a few rows has no subsets: use more.")
                { File = rows.Path };
            File.WriteAllText(builder.PathOf(SubsetFile), JsonSerializer.Serialize(drawn, Readable.Line) + "\n");
            SelectedRows.WriteDataset(file, kept.Select(row => row.Treatment));
            _training.Train(builder, $"{train}, subset {subset}", $"a subset of '{train}'", file, at, cancellation);
        })
        { Values = at };
    }
}

/// <summary>A random subset of a training set.</summary>
/// <param name="Rows">The indices of its rows, ascending.</param>
internal sealed record SubsetDraw(IReadOnlyList<long> Rows)
{
    /// <summary>The probability that a row is in a subset.</summary>
    public const double Probability = 0.5;

    /// <summary>Draws a subset. The same rows give the same subset on every machine.</summary>
    public static SubsetDraw Of(IEnumerable<DatasetRow> rows, int subset, out IReadOnlyList<DatasetRow> kept)
    {
        var random = SeededRandom.Named(0, RetrainSubsetsStage.PartOf(subset));
        kept = [.. rows.Where(_ => random.NextDouble() < Probability)];
        return new([.. kept.Select(row => row.Index)]);
    }

    /// <summary>Reads a file that <see cref="RetrainSubsetsStage"/> wrote.</summary>
    public static SubsetDraw Read(string path) => JsonSerializer.Deserialize<SubsetDraw>(File.ReadAllBytes(path), Readable.Line)!;
}
