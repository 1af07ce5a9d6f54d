using System.Text.Json;
using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data;
using Attribution.Data.Store;
using Attribution.Data.Vectors;
using Attribution.Diagnostics;
using Attribution.Evaluation.Statistics;
using Attribution.Methods;
using Attribution.Models;
using Attribution.Pipeline.Grid;
using Attribution.Pipeline.Results;
using Attribution.Selection;
using Attribution.Selection.Baselines;

namespace Attribution.Pipeline.GroundTruth;

/// <summary>
/// Compares the scores' predictions for subsets of the training set with the losses after training on them, with a job per training set, evaluation set, method
/// pair, layer and scoring, and for two baselines: random scores, and a score of 1 for every row. Needs no model.
/// </summary>
internal sealed class MeasureLdsStage(StageContext context) : Stage<MeasureLdsSettings>(context)
{
    public const string Name = StageNames.MeasureLds;

    /// <summary>The result, a <see cref="MeasuredLds"/>.</summary>
    public const string LdsFile = "lds.json";

    /// <summary>The baseline that scores every row 1: what the number of kept rows alone predicts.</summary>
    public const string RowCount = "count";

    private const string StoreStage = "lds";

    public override string Noun => "method";

    public override IReadOnlyList<StageJob> Plan() => [.. Settings.Train.SelectMany(train => Settings.Eval.SelectMany(eval => Jobs(train, eval)))];

    public override IEnumerable<ShownFile> Show(StageJob job, Artifact artifact) => [Copy(artifact, LdsFile, $"{NameOf(job.Key)}/{LdsFile}")];

    /// <summary>A measured method's name in results.</summary>
    public static string NameOf(JobKey key) => string.Join('.',
    [
        $"ground_truth/lds/{key.Train}/{key.Attribution}/{key.Eval}", .. key.Selection is { } selection ? [selection] : Array.Empty<string>(),
        .. key.Layer is { } layer ? [$"layer{layer}"] : Array.Empty<string>(), .. RunAxis.Names(RunAxis.Selection, key.Point),
    ]);

    private IEnumerable<StageJob> Jobs(string train, string eval)
    {
        var retrained = Retrained(train, eval);
        var (rows, queries) = (Context.Input(Dataset(train, "train"), ImportDatasetsStage.RowsFile),
            Context.Input(Dataset(eval, "eval"), ImportDatasetsStage.RowsFile));
        // Scores do not depend on k or on the training seed. A probe, whose training has a seed, is measured with the first seed.
        var scored = Context.Upstream(SelectTrainingDataStage.Name).Jobs
            .Where(job => job.Key.Train == train && job.Key.Eval == eval
                && (job.Key.Selection is not null || BaselineNames.Scored.Contains(job.Key.Attribution)))
            .DistinctBy(job => (job.Key.Attribution, job.Key.Selection, job.Key.Layer, job.Values?.ScoringMethod));
        foreach (var job in scored)
        {
            var (key, scores) = (job.Key with { Point = new RunPoint { ScoringMethod = job.Key.Point?.ScoringMethod }.OrNull() },
                Context.Input(job, SelectTrainingDataStage.ScoresFile));
            var pair = RowPair.Of(Context, job, eval, Settings.Whitening);
            var request = Context.Resolve(StoreStage, new
            {
                retrained = retrained.Inputs,
                scores,
                train = pair?.Train.Files,
                eval = pair?.Eval.Files,
                pair?.Scoring,
                pair?.Damping,
                pair?.Mixture,
                queries = IsOfQueries(key) ? new { rows, queries } : null
            });
            yield return new StageJob(key, request, (builder, cancellation) =>
            {
                var table = ScoreTable.Read(scores.Path);
                Write(builder, retrained, table.Rows.Zip(table.Scores, (row, score) => (row, (double)score)).ToDictionary(),
                    IsOfQueries(key) ? Bm25.ScoreEach(DatasetRows.Read(rows.Path), DatasetRows.Read(queries.Path), cancellation) : pair?.Score(cancellation));
            });
        }
        foreach (var baseline in (string[])[JobKey.Random, RowCount])
            yield return new StageJob(new JobKey { Train = train, Eval = eval, Attribution = baseline },
                Context.Resolve(StoreStage, new { retrained = retrained.Inputs, rows, baseline }), (builder, _) =>
                {
                    var random = SeededRandom.Named(0, "random scores");
                    Write(builder, retrained, DatasetRows.Read(rows.Path).ToDictionary(row => row.Index, _ => baseline == RowCount
                        ? 1 : (2 * random.NextDouble()) - 1), null);
                });
    }

    // The score of this baseline is a mean over evaluation rows, as that of vectors is.
    private static bool IsOfQueries(JobKey key) => key.Attribution == BaselineNames.Bm25;

    // Of a method whose scores no single evaluation row has a part in, the scores of the set are compared with the losses of each row.
    private static void Write(ArtifactBuilder builder, RetrainedSubsets retrained, Dictionary<long, double> scores,
        IEnumerable<(long Row, IReadOnlyList<ScoredRow> Scores)>? perRow)
    {
        var (subsets, losses) = retrained.Read();
        if (losses.Any(subset => subset.Count == 0))
            throw new AttributionException(ErrorCodes.NothingToMeasure,
                "No evaluation row has a loss: its answers were cut away. Raise MaxTokens, or shorten the prompts.")
            { Property = "MaxTokens" };
        double[] outputs = [.. losses.Select(subset => -subset.Values.Average())];
        var predicted = LinearDatamodelingScore.Predict(subsets, scores);
        HashSet<long> measured = [.. losses[0].Keys.Where(row => losses.All(subset => subset.ContainsKey(row)))];
        (long Row, double[] Predicted)[] of = perRow is null ? [.. measured.Order().Select(row => (row, predicted))]
            : [.. perRow.Where(row => measured.Contains(row.Row)).Select(row =>
                (row.Row, LinearDatamodelingScore.Predict(subsets, row.Scores.ToDictionary(s => s.Index, s => (double)s.Score))))];
        var rows = of is [] ? default(Interval?) : LinearDatamodelingScore.MeanOf([.. of.Select(row => row.Predicted)],
            [.. of.Select(row => (IReadOnlyList<double>)[.. losses.Select(subset => -subset[row.Row])])]);
        var result = new MeasuredLds(retrained.SubsetCount, retrained.SeedCount, ReadableInterval.Of(LinearDatamodelingScore.Of(predicted, outputs)),
            of.Length, rows is { } interval ? ReadableInterval.Of(interval) : null, perRow is null, predicted, outputs);
        File.WriteAllText(builder.PathOf(LdsFile), JsonSerializer.Serialize(result, Readable.Indented) + "\n");
    }

    private JobResult Dataset(string name, string kind) => Context.Upstream(ImportDatasetsStage.Name).Get(ImportDatasetsStage.KeyOf(name, kind));

    private RetrainedSubsets Retrained(string train, string eval)
    {
        var losses = Context.Upstream(EvaluateStage.Name);
        var subsets = Context.Upstream(RetrainSubsetsStage.Name).Jobs.Where(job => job.Key.Train == train).GroupBy(job => job.Key.Part).ToArray();
        return new([.. subsets.Select(subset => (
            Context.Input(subset.First(), RetrainSubsetsStage.SubsetFile),
            (InputFile[])[.. subset.Select(job => Context.Input(losses.Get(job.Key with { Eval = eval }), EvaluateStage.LossesFile))]))]);
    }

    /// <summary>The subsets of a training set, and the losses of an evaluation set after training on them.</summary>
    private sealed record RetrainedSubsets(IReadOnlyList<(InputFile Subset, InputFile[] Losses)> Files)
    {
        public object Inputs => Files.Select(file => new { file.Subset, file.Losses });

        public int SubsetCount => Files.Count;

        public int SeedCount => Files.Count == 0 ? 0 : Files[0].Losses.Length;

        /// <summary>The rows of each subset, and for each evaluation row the mean of its loss over seeds.</summary>
        public (IReadOnlyList<IReadOnlyList<long>> Subsets, IReadOnlyList<IReadOnlyDictionary<long, double>> Losses) Read() => (
            [.. Files.Select(file => SubsetDraw.Read(file.Subset.Path).Rows)],
            [.. Files.Select(file => file.Losses.SelectMany(seed => Readable.ReadLines<RowLoss>(seed.Path)).Where(row => row.Loss is not null)
                .GroupBy(row => row.Idx).ToDictionary(row => row.Key, row => row.Average(seed => seed.Loss!.Value)))]);
    }

    /// <summary>The vectors of both sides, if every evaluation row has one: from these come the scores by a single evaluation row.</summary>
    private sealed record RowPair((object Files, string Folder) Train, (object Files, string Folder) Eval, (object Files, string Folder)? Controls, int Layer,
        string Scoring, double? Damping, double? Mixture)
    {
        public static RowPair? Of(StageContext context, JobResult selection, string eval, WhiteningSettings? whitening)
        {
            var (key, scoring) = (selection.Key, selection.Values?.ScoringMethod);
            if (key.Selection is null || scoring is null || ScoringMethodNames.IsProbe(scoring) || PersonaJobs.Makes(key.Selection))
                return null;
            var (layer, vectors) = (key.Layer ?? VectorKey.WholeModel, context.Upstream(ComputeAttributionStage.Name));
            return vectors.Find(ComputeAttributionStage.KeyOf(key.Train!, key.Attribution!, layer)) is null ? null
                : new(Table(ComputeAttributionStage.KeyOf(key.Train!, key.Attribution!, layer)),
                    Table(LessJobs.EvalKeyOf(key.Train!, eval, key.Selection, layer)),
                    ScoringMethodNames.ReadsControls(scoring) ? Table(ComputeAttributionStage.KeyOf(eval, ComputeAttributionStage.ControlMethod, layer)) : null,
                    layer, scoring,
                    ScoringMethodNames.Whitens(scoring) ? (whitening ?? new()).Damping : null,
                    scoring == ScoringMethodNames.TrackStar && whitening?.Mixture > 0 ? whitening.Mixture : null);

            (object, string) Table(JobKey of)
            {
                var table = vectors.Get(of);
                return (table.Outputs.Select(o => o.Name).Intersect(VectorTables.FilesOf(layer)).ToDictionary(name => name, name => context.Input(table, name)),
                    Path.Combine(context.Store.Root, table.Artifact));
            }
        }

        /// <summary>For each evaluation row the scores of the training rows by it alone.</summary>
        public IEnumerable<(long Row, IReadOnlyList<ScoredRow> Scores)> Score(CancellationToken cancellation)
        {
            var controls = Controls is { } table ? VectorFolder.Open(table.Folder, Layer) : null;
            var whitening = Damping is { } damping ? new WhiteningOptions { Damping = damping, Mixture = Mixture ?? 0 } : null;
            var rows = RowScorer.OfEach(ScoringMethods.Parse(Scoring), VectorFolder.Open(Eval.Folder, Layer), controls, whitening);
            return rows.Count == 0 ? []
                : rows.Zip(RowScorer.Score([.. rows.Select(row => row.Scorer)], VectorFolder.Open(Train.Folder, Layer), cancellation), (row, scores) =>
                    (row.Index, scores));
        }
    }
}

/// <summary>An interval with null in place of numbers that are not finite, which JSON cannot express.</summary>
internal sealed record ReadableInterval(double? Estimate, double? Lower, double? Upper)
{
    public static ReadableInterval Of(Interval interval) => new(Readable.Finite(interval.Estimate), Readable.Finite(interval.Lower),
        Readable.Finite(interval.Upper));
}

/// <summary>How well a method predicts the results of training on subsets.</summary>
/// <param name="Subsets">The number of subsets, m.</param>
/// <param name="Seeds">The number of seeds that each subset was trained with.</param>
/// <param name="Lds">The LDS of the evaluation set.</param>
/// <param name="Rows">Evaluation rows that have an LDS of their own.</param>
/// <param name="PerRow">The mean of these; null where there are none.</param>
/// <param name="IsBySetScores">Whether each row's losses were compared with the scores of the whole set, because the method has none by single rows.</param>
/// <param name="Predicted">g, [m].</param>
/// <param name="Outputs">y, [m].</param>
internal sealed record MeasuredLds(int Subsets, int Seeds, ReadableInterval Lds, int Rows, ReadableInterval? PerRow, bool IsBySetScores,
    IReadOnlyList<double> Predicted, IReadOnlyList<double> Outputs)
{
    public static MeasuredLds Read(string path) => JsonSerializer.Deserialize<MeasuredLds>(File.ReadAllBytes(path), Readable.Line)!;
}

/// <summary>The loss of an evaluation row's treatment; null if its answer was cut away.</summary>
internal sealed record RowLoss(long Idx, double? Loss);
