using System.Text.Json;
using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data;
using Attribution.Data.Store;
using Attribution.Data.Vectors;
using Attribution.Diagnostics;
using Attribution.Methods;
using Attribution.Methods.Projections;
using Attribution.Pipeline.Results;
using Attribution.Reporting;
using Attribution.Selection;
using Attribution.Selection.Probes;

namespace Attribution.Pipeline;

/// <summary>Chooses the rows to train on: a job per training set, evaluation set and pair of methods, and per baseline.</summary>
internal sealed class SelectTrainingDataStage : Stage<SelectTrainingDataSettings>
{
    public const string Name = StageNames.SelectTrainingData;

    /// <summary>The chosen rows as people read them, best first.</summary>
    public const string SelectedFile = "selected_train_data.jsonl";

    /// <summary>
    /// The chosen rows and nothing else, in the dataset's order: what training reads. Scores that change without changing the choice leave it as it is.
    /// </summary>
    public const string TrainFile = "train.jsonl";

    /// <summary>The facts of the choice, <see cref="SelectionFacts"/>.</summary>
    public const string FactsFile = "selection.json";

    /// <summary>The score and rank of every training row.</summary>
    public const string ScoresFile = ScoredRows.FileName;

    private const string StoreStage = "selections", ProbeFile = "probe.safetensors", ProbeStage = "probes";

    private readonly ScoringMethod _scoring;
    private readonly Dictionary<ContentHash, WantedScores> _wanted = [];
    private readonly Dictionary<string, SharedScores> _scores = [];
    private readonly Dictionary<ContentHash, ContentHash> _probes = [];
    private readonly Dictionary<string, TrainingPool> _pools = [];

    public SelectTrainingDataStage(StageContext context) : base(context)
    {
        _scoring = ScoringMethods.Parse(Settings.ScoringMethod);
        foreach (var baseline in Settings.Baselines)
            if (!Names.Of(typeof(BaselineNames)).Contains(baseline))
                throw new AttributionException(ErrorCodes.RequestInvalid,
                    $"There is no baseline '{baseline}'. Use {string.Join(", ", Names.Of(typeof(BaselineNames)))}.")
                { Property = "Baseline" };
    }

    public override string Noun => "selection";

    public override IReadOnlyList<StageJob> Plan()
    {
        var jobs = new List<StageJob>();
        foreach (var train in Settings.Train)
            foreach (var eval in Settings.Eval)
            {
                jobs.AddRange(Pairs(train, eval).Select(pair => Scored(train, eval, pair.Train, pair.Eval)));
                jobs.AddRange(Settings.Baselines.Intersect(BaselineNames.Scored).Select(baseline => ByBaseline(train, eval, baseline)));
                if (Settings.Baselines.Contains(JobKey.Random))
                    jobs.Add(Drawn(train, eval));
            }
        if (Settings.Baselines.Contains(JobKey.None))
            jobs.AddRange(Settings.Eval.Select(Nothing));
        return jobs;
    }

    public override IEnumerable<Artifact> Produce(IReadOnlyList<StageJob> missing, CancellationToken cancellation)
    {
        foreach (var group in missing.Where(job => _wanted.ContainsKey(job.Request.Fingerprint)).Select(job =>
            (job.Request.Fingerprint, Wanted: _wanted[job.Request.Fingerprint])).GroupBy(job => (job.Wanted.Train, job.Wanted.Layer, job.Wanted.Pool)))
            _scores[group.Key.Train] = new SharedScores(group.Key.Train, group.Key.Layer, Settings.TopK, group.Key.Pool,
                group.ToDictionary(job => job.Fingerprint, job => job.Wanted.Scorer));
        // Those of one table after each other, so that the scores and rows of one table at a time are kept.
        return base.Produce([.. missing.OrderBy(job => _wanted.GetValueOrDefault(job.Request.Fingerprint)?.Train, StringComparer.Ordinal)], cancellation);
    }

    public override IReadOnlyList<ContentHash> PartsOf(StageJob job) => _probes.TryGetValue(job.Request.Fingerprint, out var probe) ? [probe] : [];

    public override IEnumerable<ShownFile> Show(StageJob job, Artifact artifact)
    {
        if (job.Key.Attribution == JobKey.None)
            yield break;
        var folder = job.Key.RunFolder;
        foreach (var file in (string[])[SelectedFile, ScoresFile, FactsFile])
            yield return Copy(artifact, file, $"{folder}/{file}");
        yield return ShownFile.Of($"{folder}/config.json", JsonSerializer.Serialize(new
        {
            trainDataset = job.Key.Train,
            evalDataset = job.Key.Eval,
            attributionMethod = job.Key.Attribution,
            selectionMethod = job.Key.Selection,
            job.Key.Layer,
            scoringMethod = job.Key.Selection is null ? null : _scoring.ToName(),
            Settings.TopK,
            seed = job.Key.Selection is null ? Seed : (long?)null,
        }, Readable.Indented) + "\n");
    }

    // Vectors of the whole model compare with their like alone; a method that none of the other side's compares with is an error.
    private IEnumerable<(string Train, string Eval)> Pairs(TrainSettings train, EvalSettings eval)
    {
        var pairs = Settings.TrainMethods.SelectMany(t => Settings.EvalMethods.Where(e => FamilyOf(train.Name, t) == FamilyOf(eval.Name, e)), (t, e) => (t, e)).ToArray();
        var alone = Settings.TrainMethods.Except(pairs.Select(p => p.t)).Concat(Settings.EvalMethods.Except(pairs.Select(p => p.e)))
            .OrderByDescending(AttributionMethodNames.OfWholeModel.Contains).FirstOrDefault();
        return alone is null ? pairs : throw new AttributionException(ErrorCodes.ProjectionsDiffer,
            $"{alone} has nothing to compare with: vectors of {string.Join(" and ", AttributionMethodNames.OfWholeModel)} are of the whole model and compare with their "
            + "like only, and those of other methods with none of them. Name such a method on both sides, and another method on both sides or on neither.")
        { Property = Settings.TrainMethods.Contains(alone) ? "AttributionMethod" : "SelectionMethod" };
    }

    // What a method's vectors compare with: those of a layer with all of that layer, projections with projections, others with themselves.
    private string FamilyOf(string dataset, string method) => !IsOfWholeModel(dataset, method) ? "" : IsProjected(dataset, method) ? ProjectionIdentity.FileName : method;

    private StageJob Scored(TrainSettings train, EvalSettings eval, string trainMethod, string evalMethod)
    {
        var ofModel = IsOfWholeModel(train.Name, trainMethod);
        var (rows, layer) = (RowsOf(train), ofModel ? VectorKey.WholeModel : Settings.Layer);
        if (ofModel && ReadsControls)
            throw new AttributionException(ErrorCodes.ProjectionsDiffer,
                $"The scoring method {_scoring.ToName()} reads the vectors of {ComputeAttributionStage.ControlMethod}, which do not compare with those of "
                + $"{trainMethod}. Use another scoring method.")
            { Property = "ScoringMethod" };
        var inputs = new
        {
            rows,
            train = FilesOf(train.Name, trainMethod, layer),
            eval = FilesOf(eval.Name, evalMethod, layer),
            control = ReadsControls ? FilesOf(eval.Name, ComputeAttributionStage.ControlMethod, layer) : null,
            layer,
            scoring = _scoring.ToName(),
            Settings.TopK,
            planted = Planted(train, eval),
        };
        if (IsProjected(train.Name, trainMethod))
            ProjectionIdentity.RequireSame(ProjectionOf(train.Name, trainMethod), ProjectionOf(eval.Name, evalMethod), $"{train.Name}/{trainMethod}",
                $"{eval.Name}/{evalMethod}");
        var request = Context.Resolve(StoreStage, IsProbe ? new { selection = inputs, Seed } : inputs);
        var vectors = FolderOf(train.Name, trainMethod, layer);
        _wanted[request.Fingerprint] = new WantedScores(vectors, layer, PoolOf(train), cancellation =>
        {
            var (treatments, controls) = (VectorFolder.Open(FolderOf(eval.Name, evalMethod, layer), layer),
                ReadsControls ? VectorFolder.Open(FolderOf(eval.Name, ComputeAttributionStage.ControlMethod, layer), layer) : null);
            return IsProbe
                ? RowScorer.Of(_scoring, GetProbe(request.Fingerprint, inputs.eval, inputs.control!, treatments, controls!, cancellation))
                : RowScorer.From(_scoring, treatments, controls);
        });
        return new StageJob(
            new JobKey { Train = train.Name, Eval = eval.Name, Attribution = trainMethod, Selection = evalMethod, Layer = ofModel ? null : layer },
            request,
            (builder, cancellation) =>
            {
                var selection = _scores[vectors].Take(request.Fingerprint, cancellation);
                Write(builder, PoolOf(train), selection.Scores, selection.Chosen, inputs.planted, selection.Scorer);
            });
    }

    // A probe depends on the evaluation set alone, so all training sets share it.
    private Probe GetProbe(ContentHash selection, object eval, object control, IVectorSource treatments, IVectorSource controls, CancellationToken cancellation)
    {
        var scoring = _scoring.ToName();
        var artifact = Context.Store.GetOrCreate(Context.Resolve(ProbeStage, new { eval, control, scoring, Seed }), builder => Probe.Train(
            (_scoring == ScoringMethod.Linear ? ProbeOptions.Linear : ProbeOptions.Mlp) with { Seed = Seed }, treatments, controls,
                cancellation).Save(builder.PathOf(ProbeFile)), cancellation);
        _probes[selection] = artifact.Fingerprint;
        return Probe.Load(artifact.PathOf(ProbeFile));
    }

    private long Seed => Settings.Seed ?? 0;

    private bool ReadsControls => _scoring.ReadsControls();

    private bool IsProbe => _scoring is ScoringMethod.Linear or ScoringMethod.Mlp;

    private StageJob Drawn(TrainSettings train, EvalSettings eval)
    {
        var (rows, planted) = (RowsOf(train), Planted(train, eval));
        return new StageJob(
            new JobKey { Train = train.Name, Eval = eval.Name, Attribution = JobKey.Random },
            Context.Resolve(StoreStage, new { rows, baseline = JobKey.Random, Settings.TopK, Seed, planted }),
            (builder, cancellation) =>
            {
                var pool = PoolOf(train);
                var chosen = TopK.Random([.. pool.Indices(cancellation)], Settings.TopK, Seed);
                pool.Read(chosen.Select(row => row.Index).ToHashSet(), cancellation);
                Write(builder, pool, chosen, chosen, planted, null);
            });
    }

    // The scores are made already, and by no vectors.
    private StageJob ByBaseline(TrainSettings train, EvalSettings eval, string baseline)
    {
        var (rows, planted) = (RowsOf(train), Planted(train, eval));
        var scores = Context.Input(Context.Upstream(ComputeAttributionStage.Name).Get(ScoreJobs.KeyOf(train.Name, eval.Name, baseline)), ScoredRows.FileName);
        return new StageJob(
            new JobKey { Train = train.Name, Eval = eval.Name, Attribution = baseline },
            Context.Resolve(StoreStage, new { rows, scores, baseline, Settings.TopK, planted }),
            (builder, cancellation) =>
            {
                var (pool, all) = (PoolOf(train), ScoredRows.Read(scores.Path));
                var chosen = TopK.Select(all, Settings.TopK);
                pool.Read(chosen.Select(row => row.Index).ToHashSet(), cancellation);
                Write(builder, pool, all, chosen, planted, null);
            });
    }

    // Training on nothing: the base model, beside the others in the table of results.
    private StageJob Nothing(EvalSettings eval) => new(
        new JobKey { Eval = eval.Name, Attribution = JobKey.None },
        Context.Resolve(StoreStage, new { baseline = JobKey.None }),
        (builder, _) => new SelectionFacts { TopK = 0 }.Write(builder.PathOf(FactsFile)));

    private void Write(
        ArtifactBuilder builder, TrainingPool pool, IReadOnlyList<ScoredRow> scores, IReadOnlyList<ScoredRow> chosen, PlantedRows? planted, RowScorer? scorer)
    {
        var selected = pool.Join(chosen);
        if (planted is not null && !pool.HasPlantedColumn)
            throw new AttributionException(ErrorCodes.DatasetColumnMissing,
                $"No training row has the column '{planted.Column}' that PlantedColumn names, so nothing would be found by it. Correct the name, or leave "
                + $"PlantedColumn out.")
            { Property = "PlantedColumn" };
        SelectedRows.Write(builder.PathOf(SelectedFile), selected);
        Readable.WriteLines(builder.PathOf(TrainFile), selected.OrderBy(row => row.Index).Select(row => TrainingRow.Of(row.Treatment)));
        ScoredRows.Write(builder.PathOf(ScoresFile), scores);
        var shown = planted is null ? null : pool.Planted(planted.Trait);
        var found = shown is null ? null : RetrievalMeasures.Of(scores, shown.Contains, Settings.TopK);
        // A draw at random orders none but the rows that it drew.
        var ordered = scores.Count == pool.Count ? found : null;
        new SelectionFacts
        {
            TopK = chosen.Count,
            TrainRows = scores.Count,
            RowsWithoutScore = scores.Count(s => !float.IsFinite(s.Score)),
            EvalRows = scorer?.RowCount,
            EvalAnswerCutAway = scorer?.SkippedCount,
            LowestScore = scorer is null ? null : chosen[^1].Score,
            ProbeEpochs = scorer?.Probe?.Fit.Epochs,
            ProbeValidationAccuracy = scorer?.Probe?.Fit.ValidationAccuracy,
            PrecisionAtK = shown is null ? null : (double)chosen.Count(row => shown.Contains(row.Index)) / chosen.Count,
            RecallAtK = shown is null or { Count: 0 } ? null : (double)chosen.Count(row => shown.Contains(row.Index)) / shown.Count,
            ReciprocalRank = ordered?.ReciprocalRank,
            Auroc = ordered?.Auroc,
            Auprc = ordered?.Auprc,
            PlantedShare = shown is null ? null : (double)shown.Count / pool.Count,
        }.Write(builder.PathOf(FactsFile));
    }

    private InputFile RowsOf(TrainSettings train) =>
        Context.Input(Context.Upstream(ImportDatasetsStage.Name).Get(ImportDatasetsStage.KeyOf(train.Name, "train")), ImportDatasetsStage.RowsFile);

    private JobResult Table(string dataset, string method, int layer) =>
        Context.Upstream(ComputeAttributionStage.Name).Get(ComputeAttributionStage.KeyOf(dataset, method, layer));

    // A request holds the one file of a table of vectors, or all its files by name if it has several.
    private object FilesOf(string dataset, string method, int layer)
    {
        var table = Table(dataset, method, layer);
        var files = table.Outputs.Select(o => o.Name).Intersect(VectorTables.FilesOf(layer)).ToDictionary(name => name, name => Context.Input(table, name));
        return files.Count == 1 ? files.Values.Single() : files;
    }

    private string FolderOf(string dataset, string method, int layer) => Path.Combine(Context.Store.Root, Table(dataset, method, layer).Artifact);

    private bool IsOfWholeModel(string dataset, string method) => OfWholeModel(dataset, method) is not null;

    private bool IsProjected(string dataset, string method) => OfWholeModel(dataset, method)?.Outputs.Any(o => o.Name == ProjectionIdentity.FileName) == true;

    private JobResult? OfWholeModel(string dataset, string method) =>
        Context.Upstream(ComputeAttributionStage.Name).Find(ComputeAttributionStage.KeyOf(dataset, method, VectorKey.WholeModel));

    private ProjectionIdentity? ProjectionOf(string dataset, string method) => ProjectionIdentity.Read(Path.GetDirectoryName(Context.Input(
        Context.Upstream(ComputeAttributionStage.Name).Get(ComputeAttributionStage.KeyOf(dataset, method, VectorKey.WholeModel)),
            ProjectionIdentity.FileName).Path)!);

    private static PlantedRows? Planted(TrainSettings train, EvalSettings eval) =>
        train.PlantedColumn is { Length: > 0 } column && eval.Trait is { Length: > 0 } trait ? new(column, trait) : null;

    private TrainingPool PoolOf(TrainSettings train)
    {
        if (!_pools.TryGetValue(train.Name, out var pool))
            _pools.Add(train.Name, pool = new TrainingPool(RowsOf(train).Path, train.PlantedColumn is { Length: > 0 } column ? column : null));
        return pool;
    }

    private sealed record WantedScores(string Train, int Layer, TrainingPool Pool, Func<CancellationToken, RowScorer> Scorer);
}
