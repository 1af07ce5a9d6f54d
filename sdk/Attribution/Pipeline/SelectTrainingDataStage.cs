using System.Text.Json;
using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data;
using Attribution.Data.Store;
using Attribution.Data.Vectors;
using Attribution.Diagnostics;
using Attribution.Methods;
using Attribution.Methods.Projections;
using Attribution.Pipeline.Grid;
using Attribution.Pipeline.Results;
using Attribution.Selection;
using Attribution.Selection.Probes;

namespace Attribution.Pipeline;

/// <summary>
/// Selects the rows to train on. There is a job per training set, evaluation set, method pair, layer, scoring and k, and per baseline at each k and seed.
/// </summary>
internal sealed class SelectTrainingDataStage : Stage<SelectTrainingDataSettings>
{
    public const string Name = StageNames.SelectTrainingData;

    /// <summary>The selected rows for people, best first.</summary>
    public const string SelectedFile = "selected_train_data.jsonl";

    /// <summary>Only the selected rows, in the dataset's order, for training. The file does not change when scores change but the selection does not.</summary>
    public const string TrainFile = "train.jsonl";

    /// <summary>Facts about the selection, a <see cref="SelectionFacts"/>.</summary>
    public const string FactsFile = "selection.json";

    /// <summary>The score and rank of every training row.</summary>
    public const string ScoresFile = ScoredRows.FileName;

    private const string StoreStage = "selections", ProbeFile = "probe.safetensors", ProbeStage = "probes";

    private readonly Dictionary<ContentHash, WantedScores> _wanted = [];
    private readonly Dictionary<(string Train, int Layer, TrainingPool Pool), SharedScores> _scores = [];
    private readonly Dictionary<string, ContentHash> _probes = [];
    private readonly Dictionary<(string Rows, string? PlantedColumn), TrainingPool> _pools = [];

    public SelectTrainingDataStage(StageContext context) : base(context)
    {
        foreach (var scoring in Settings.ScoringMethods)
            _ = ScoringMethods.Parse(scoring);
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
                jobs.AddRange(Pairs(train, eval).SelectMany(pair => Scored(train, eval, pair.Train, pair.Eval)));
                foreach (var baseline in Settings.Baselines.Intersect(BaselineNames.Scored))
                    jobs.AddRange(RunGrid.OfBaseline(Settings).Select(point => ByBaseline(train, eval, baseline, point)));
                if (Settings.Baselines.Contains(JobKey.Random))
                    jobs.AddRange(RunGrid.OfDraws(Settings).Select(point => Drawn(train, eval, point)));
            }
        if (Settings.Baselines.Contains(JobKey.None))
            jobs.AddRange(Settings.Eval.Select(Nothing));
        return jobs;
    }

    public override IEnumerable<Artifact> Produce(IReadOnlyList<StageJob> missing, CancellationToken cancellation)
    {
        foreach (var group in missing.Where(job => _wanted.ContainsKey(job.Request.Fingerprint)).Select(job =>
            (job.Request.Fingerprint, Wanted: _wanted[job.Request.Fingerprint])).GroupBy(job => job.Wanted.Shared))
            _scores[group.Key] = new SharedScores(group.Key.Train, group.Key.Layer, group.Key.Pool,
                [.. group.Select(job => new SharedScores.Selection(job.Fingerprint, job.Wanted.Scores, job.Wanted.TopK, job.Wanted.IsBottom,
                    job.Wanted.Scorer))]);
        // Jobs that read one table come together, so that the scores and rows of only one table at a time are in memory.
        return base.Produce([.. missing.OrderBy(job => _wanted.GetValueOrDefault(job.Request.Fingerprint)?.Shared.Train, StringComparer.Ordinal)],
            cancellation);
    }

    public override IReadOnlyList<ContentHash> PartsOf(StageJob job) =>
        _wanted.TryGetValue(job.Request.Fingerprint, out var wanted) && _probes.TryGetValue(wanted.Scores, out var probe) ? [probe] : [];

    public override IEnumerable<ShownFile> Show(StageJob job, Artifact artifact)
    {
        if (job.Key.Attribution == JobKey.None)
            yield break;
        var (folder, at) = (job.Key.RunFolder, job.Values!);
        foreach (var file in (string[])[SelectedFile, ScoresFile, FactsFile])
            yield return Copy(artifact, file, $"{folder}/{file}");
        yield return ShownFile.Of($"{folder}/config.json", JsonSerializer.Serialize(new
        {
            trainDataset = job.Key.Train,
            evalDataset = job.Key.Eval,
            attributionMethod = job.Key.Attribution,
            selectionMethod = job.Key.Selection,
            job.Key.Layer,
            scoringMethod = at.ScoringMethod,
            at.TopK,
            at.End,
            seed = at.Seed,
        }, Readable.Indented) + "\n");
    }

    // Vectors of the whole model are compared only with vectors of the same method; a method without a counterpart on the other side is an error.
    private IEnumerable<(string Train, string Eval)> Pairs(TrainSettings train, EvalSettings eval)
    {
        var pairs = Settings.TrainMethods.SelectMany(t => Settings.EvalMethods.Where(e => FamilyOf(train.Name, t) == FamilyOf(eval.Name, e)), (t, e) =>
            (t, e)).ToArray();
        var alone = Settings.TrainMethods.Except(pairs.Select(p => p.t)).Concat(Settings.EvalMethods.Except(pairs.Select(p => p.e)))
            .OrderByDescending(AttributionMethodNames.OfWholeModel.Contains).FirstOrDefault();
        return alone is null ? pairs : throw new AttributionException(ErrorCodes.ProjectionsDiffer,
            $"{alone} has nothing to compare with: vectors of {string.Join(" and ", AttributionMethodNames.OfWholeModel)} are of the whole model and compare "
            + "with their like only, and those of other methods with none of them. Name such a method on both sides, and another method on both sides or on "
            + "neither.")
        { Property = Settings.TrainMethods.Contains(alone) ? "AttributionMethod" : "SelectionMethod" };
    }

    // The family of comparable vectors: vectors of a layer with all vectors of that layer, projections with projections, other methods with themselves.
    private string FamilyOf(string dataset, string method) => method == TrainedMethodNames.Less ? method : !IsOfWholeModel(dataset, method)
        ? "" : IsProjected(dataset, method) ? ProjectionIdentity.FileName : method;

    private IEnumerable<StageJob> Scored(TrainSettings train, EvalSettings eval, string trainMethod, string evalMethod) =>
        (trainMethod == TrainedMethodNames.Less || IsOfWholeModel(train.Name, trainMethod)
            ? [VectorKey.WholeModel] : Settings.SelectionLayers).SelectMany(layer =>
            RunGrid.OfScores(Settings, Suits(layer == VectorKey.WholeModel)).Select(point => Scored(train, eval, trainMethod, evalMethod, layer, point)));

    // A pair takes the scorings that suit it; a pair that none suits is an error.
    private Func<string, bool>? Suits(bool ofModel) =>
        ofModel && !Settings.ScoringMethods.All(ScoringMethodNames.ReadsControls) ? scoring => !ScoringMethodNames.ReadsControls(scoring) : null;

    private StageJob Scored(TrainSettings train, EvalSettings eval, string trainMethod, string evalMethod, int layer, GridPoint point)
    {
        var (ofModel, rows, at) = (layer == VectorKey.WholeModel, RowsOf(train), point.Values);
        var scoring = ScoringMethods.Parse(at.ScoringMethod!);
        var (isProbe, readsControls) = (ScoringMethodNames.IsProbe(at.ScoringMethod!), scoring.ReadsControls());
        if (ofModel && readsControls)
            throw new AttributionException(ErrorCodes.ProjectionsDiffer,
                $"The scoring method {at.ScoringMethod} reads the vectors of {ComputeAttributionStage.ControlMethod}, which do not compare with those of "
                + $"{trainMethod}. Use another scoring method.")
            { Property = "ScoringMethod" };
        var inputs = new
        {
            rows,
            train = FilesOf(Table(train.Name, trainMethod, layer), layer),
            eval = FilesOf(EvalTable(train.Name, eval.Name, evalMethod, layer), layer),
            control = readsControls ? FilesOf(Table(eval.Name, ComputeAttributionStage.ControlMethod, layer), layer) : null,
            layer,
            scoring = at.ScoringMethod,
            TopK = at.TopK!.Value,
            planted = Planted(train, eval),
        };
        if (IsProjected(train.Name, trainMethod))
            ProjectionIdentity.RequireSame(ProjectionOf(train.Name, trainMethod), ProjectionOf(eval.Name, evalMethod), $"{train.Name}/{trainMethod}",
                $"{eval.Name}/{evalMethod}");
        var mixture = scoring == ScoringMethod.TrackStar ? Settings.Whitening?.Mixture ?? 0 : 0; // trak_full reads none
        var whitening = !scoring.Whitens() ? null
            : new WhiteningOptions { Damping = Settings.Whitening?.Damping ?? new WhiteningOptions().Damping, Mixture = mixture };
        object asked = isProbe ? new { selection = inputs, Seed = at.Seed!.Value } : whitening is null ? inputs : new { selection = inputs, whitening };
        var isBottom = at.End == RankingEndNames.Bottom;
        var request = Context.Resolve(StoreStage, isBottom ? new { asked, at.End } : asked);
        var shared = (FolderOf(Table(train.Name, trainMethod, layer)), layer, Pool: PoolOf(train));
        // Sets may share evaluation vectors, such as one persona vector, and have controls of their own.
        var scores = $"{FolderOf(EvalTable(train.Name, eval.Name, evalMethod, layer))} {at.ScoringMethod} {at.Seed}"
            + (readsControls ? $" {FolderOf(Table(eval.Name, ComputeAttributionStage.ControlMethod, layer))}" : "");
        _wanted[request.Fingerprint] = new WantedScores(shared, scores, inputs.TopK, isBottom, cancellation =>
        {
            var (treatments, controls) = (VectorFolder.Open(FolderOf(EvalTable(train.Name, eval.Name, evalMethod, layer)), layer),
                readsControls ? VectorFolder.Open(FolderOf(Table(eval.Name, ComputeAttributionStage.ControlMethod, layer)), layer) : null);
            return isProbe
                ? RowScorer.Of(scoring, GetProbe(eval.Name, scores, scoring, at.Seed!.Value, inputs.eval, inputs.control!, treatments, controls!, cancellation))
                : RowScorer.From(scoring, treatments, controls, whitening: whitening, cancellation: cancellation);
        });
        return new StageJob(
            new JobKey
            {
                Train = train.Name,
                Eval = eval.Name,
                Attribution = trainMethod,
                Selection = evalMethod,
                Layer = ofModel ? null : layer,
                Point = point.Named.OrNull()
            },
            request,
            (builder, cancellation) =>
            {
                // Sets whose planted column is not read have equal requests, which are wanted once.
                var wanted = _wanted[request.Fingerprint].Shared;
                var selection = _scores[wanted].Take(request.Fingerprint, cancellation);
                SelectionFiles.Write(builder, wanted.Pool, selection.Scores, selection.Chosen, inputs.planted, selection.Scorer);
            })
        { Values = at };
    }

    // A probe depends only on the evaluation set, so all training sets share it.
    private Probe GetProbe(string name, string scores, ScoringMethod method, long seed, object eval, object control, IVectorSource treatments,
        IVectorSource controls, CancellationToken cancellation)
    {
        var artifact = Context.Store.GetOrCreate(Context.Resolve(ProbeStage, new { eval, control, scoring = method.ToName(), Seed = seed }), builder =>
            Probe.Train((method == ScoringMethod.Linear ? ProbeOptions.Linear : ProbeOptions.Mlp) with { Seed = seed }, treatments, controls,
                (epoch, loss) => Context.Reporter.Trained($"probe {method.ToName()} of {name}, seed {seed}", epoch, loss, TrainingMeasures.ValidationLoss),
                cancellation).Save(builder.PathOf(ProbeFile)), cancellation);
        _probes[scores] = artifact.Fingerprint;
        var probe = Probe.Load(artifact.PathOf(ProbeFile));
        if (!probe.Fit.Converged)
            Context.Reporter.Warning(ErrorCodes.ProbeNotConverged,
                $"The probe {method.ToName()} was stopped after {probe.Fit.Epochs} epochs while its validation loss was still falling "
                    + $"({probe.Fit.ValidationLoss:0.000}).");
        return probe;
    }

    private StageJob Drawn(TrainSettings train, EvalSettings eval, GridPoint point)
    {
        var (rows, planted, topK, seed) = (RowsOf(train), Planted(train, eval), point.Values.TopK!.Value, point.Values.Seed!.Value);
        return new StageJob(
            new JobKey { Train = train.Name, Eval = eval.Name, Attribution = JobKey.Random, Point = point.Named.OrNull() },
            Context.Resolve(StoreStage, new { rows, baseline = JobKey.Random, TopK = topK, Seed = seed, planted }),
            (builder, cancellation) =>
            {
                var pool = PoolOf(train);
                var chosen = TopK.Random(pool.WithAnswer(cancellation), topK, seed);
                pool.Read(chosen.Select(row => row.Index).ToHashSet(), cancellation);
                SelectionFiles.Write(builder, pool, chosen, chosen, planted, null);
            })
        { Values = point.Values };
    }

    // The scores exist already and need no vectors.
    private StageJob ByBaseline(TrainSettings train, EvalSettings eval, string baseline, GridPoint point)
    {
        var (rows, planted, topK) = (RowsOf(train), Planted(train, eval), point.Values.TopK!.Value);
        var scores = Context.Input(Context.Upstream(ComputeAttributionStage.Name).Get(ScoreJobs.KeyOf(train.Name, eval.Name, baseline)), ScoredRows.FileName);
        var (asked, isBottom) = (new { rows, scores, baseline, TopK = topK, planted }, point.Values.End == RankingEndNames.Bottom);
        return new StageJob(
            new JobKey { Train = train.Name, Eval = eval.Name, Attribution = baseline, Point = point.Named.OrNull() },
            Context.Resolve(StoreStage, isBottom ? new { asked, point.Values.End } : asked),
            (builder, cancellation) =>
            {
                var (pool, all) = (PoolOf(train), ScoredRows.Read(scores.Path));
                var chosen = isBottom ? TopK.SelectLowest(all, topK) : TopK.Select(all, topK);
                pool.Read(chosen.Select(row => row.Index).ToHashSet(), cancellation);
                SelectionFiles.Write(builder, pool, all, chosen, planted, null);
            })
        { Values = point.Values };
    }

    // Training on no rows: the base model, shown beside the others in the table of results.
    private StageJob Nothing(EvalSettings eval) => new(
        new JobKey { Eval = eval.Name, Attribution = JobKey.None },
        Context.Resolve(StoreStage, new { baseline = JobKey.None }),
        (builder, _) => new SelectionFacts { TopK = 0 }.Write(builder.PathOf(FactsFile)));

    private InputFile RowsOf(TrainSettings train) =>
        Context.Input(Context.Upstream(ImportDatasetsStage.Name).Get(ImportDatasetsStage.KeyOf(train.Name, "train")), ImportDatasetsStage.RowsFile);

    private JobResult Table(string dataset, string method, int layer) =>
        Context.Upstream(ComputeAttributionStage.Name).Get(ComputeAttributionStage.KeyOf(dataset, method, layer));

    // A request holds the single file of a vector table, or all files by name if there are several.
    private object FilesOf(JobResult table, int layer)
    {
        var files = table.Outputs.Select(o => o.Name).Intersect(VectorTables.FilesOf(layer)).ToDictionary(name => name, name => Context.Input(table, name));
        return files.Count == 1 ? files.Values.Single() : files;
    }

    // An evaluation table of less belongs to the checkpoints of one training set.
    private JobResult EvalTable(string train, string eval, string method, int layer) =>
        Context.Upstream(ComputeAttributionStage.Name).Get(LessJobs.EvalKeyOf(train, eval, method, layer));

    private string FolderOf(JobResult table) => Path.Combine(Context.Store.Root, table.Artifact);

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
        var (rows, planted) = (RowsOf(train).Path, train.PlantedColumn is { Length: > 0 } column ? column : null);
        if (!_pools.TryGetValue((rows, planted), out var pool))
            _pools.Add((rows, planted), pool = new TrainingPool(rows, planted));
        return pool;
    }

    private sealed record WantedScores((string Train, int Layer, TrainingPool Pool) Shared, string Scores, int TopK, bool IsBottom,
        Func<CancellationToken, RowScorer> Scorer);
}
