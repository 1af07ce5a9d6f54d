using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data;
using Attribution.Data.Store;
using Attribution.Pipeline.Results;
using Attribution.Selection;
using Attribution.Selection.Baselines;

namespace Attribution.Pipeline;

/// <summary>
/// Computes the baselines that score every training row without vectors: a table of scores per training set, and for <c>bm25</c> per training and evaluation
/// set. Scores that need the model are assembled from blocks of rows, like vectors.
/// </summary>
internal sealed class ScoreJobs(ComputeAttributionSettings settings, ModelSource model, StageContext context, Action<BlockProgress> count)
{
    private const string StoreStage = "row-scores", BlockName = "row-score-blocks";

    private readonly Dictionary<ContentHash, IReadOnlyList<ContentHash>> _parts = [];
    private readonly Dictionary<ContentHash, string> _queries = [];
    private readonly Dictionary<ContentHash, BlockComputation> _blocks = [];
    private readonly HashSet<ContentHash> _made = [];

    /// <summary>Whether the job's method is one of these baselines.</summary>
    public static bool Makes(StageJob job) => BaselineNames.Scored.Contains(job.Key.Method);

    /// <summary>The key of a baseline's job.</summary>
    public static JobKey KeyOf(string train, string eval, string baseline) =>
        new() { Dataset = train, Method = baseline, Eval = baseline == BaselineNames.Bm25 ? eval : null };

    /// <summary>The artifacts that a job's table was assembled from, if this run assembled it.</summary>
    public IReadOnlyList<ContentHash>? PartsOf(StageJob job) => _parts.GetValueOrDefault(job.Request.Fingerprint);

    /// <summary>A job per training set and baseline, and for <c>bm25</c> also per evaluation set.</summary>
    /// <param name="rowsOf">The rows of a dataset, by its name.</param>
    /// <param name="sourceOf">The file of a dataset, by its name, for error messages.</param>
    public IEnumerable<StageJob> Plan(Func<string, InputFile> rowsOf, Func<string, string?> sourceOf)
    {
        foreach (var baseline in settings.Baselines ?? [])
            foreach (var train in settings.Train)
                foreach (var eval in baseline == BaselineNames.Bm25 ? settings.Eval : [""])
                {
                    var request = baseline == BaselineNames.Bm25
                        ? context.Resolve(StoreStage, new { rows = rowsOf(train), queries = rowsOf(eval), method = baseline, Bm25.K1, Bm25.B })
                        : Request(StoreStage, baseline, rowsOf(train));
                    if (baseline == BaselineNames.Bm25)
                        _queries[request.Fingerprint] = rowsOf(eval).Path;
                    yield return new StageJob(KeyOf(train, eval, baseline), request) { Source = sourceOf(train) };
                }
    }

    /// <summary>Computes the missing jobs, or waits for other processes that compute them.</summary>
    /// <param name="missing">The jobs.</param>
    /// <param name="rowsOf">The rows of a dataset, by its name.</param>
    /// <param name="cancellation">Checked between rows or blocks.</param>
    public IEnumerable<Artifact> Produce(IEnumerable<StageJob> missing, Func<string, InputFile> rowsOf, CancellationToken cancellation)
    {
        foreach (var job in missing)
        {
            var made = context.Store.GetOrCreate(job.Request, builder => Write(builder, job, rowsOf, cancellation), cancellation);
            yield return _made.Contains(job.Request.Fingerprint) ? made with { Produced = true } : made;
        }
    }

    /// <summary>The blocks that are to be computed, and the tables that one process computes.</summary>
    public IEnumerable<StageUnits> Units(IEnumerable<StageJob> missing, Func<string, InputFile> rowsOf)
    {
        foreach (var job in missing)
            yield return job.Key.Eval is null
                ? new StageUnits(BlockRequest(job), "block", Blocks(job).Missing(new BlockRows(rowsOf(job.Key.Dataset!).Path).Plan()).Count())
                { Of = $"{job.Key.Dataset}/{job.Key.Method}" }
                : new StageUnits(job.Request, "table of scores", 1) { Of = $"{job.Key.Dataset}/{job.Key.Method}" };
    }

    /// <summary>Computes the tables of <c>bm25</c>, and the blocks of others, that no other process has.</summary>
    public void Help(IEnumerable<StageJob> jobs, Func<string, InputFile> rowsOf, CancellationToken cancellation)
    {
        foreach (var job in jobs)
            if (job.Key.Eval is not null)
                HelpWithTable(job, rowsOf, cancellation);
            else
            {
                var rows = new BlockRows(rowsOf(job.Key.Dataset!).Path);
                Blocks(job).Help(rows.Plan(), (block, _) => (_, builder) => Compute(job, rows, block, builder, cancellation), Tell(job), cancellation);
            }
    }

    // While a cluster computes what needs the model, the process that waits for it has time for the rest.
    private void HelpWithTable(StageJob job, Func<string, InputFile> rowsOf, CancellationToken cancellation)
    {
        if (context.IsHead || context.Store.Contains(job.Request))
            return;
        var unit = $"{StoreStage}/{job.Request.Fingerprint}";
        context.Store.Units.Try(unit, () =>
        {
            if (context.Store.GetOrCreateUnlessHeld(job.Request, builder =>
            {
                context.Store.Units?.Began(unit, null);
                Write(builder, job, rowsOf, cancellation);
            }, cancellation) is { Produced: true })
                _made.Add(job.Request.Fingerprint);
        });
    }

    private void Write(ArtifactBuilder builder, StageJob job, Func<string, InputFile> rowsOf, CancellationToken cancellation)
    {
        var rows = rowsOf(job.Key.Dataset!).Path;
        ScoredRows.Write(builder.PathOf(ScoredRows.FileName), job.Key.Eval is null ? OfAnswers(job, rows, cancellation)
            : Bm25.Score(DatasetRows.Read(rows), DatasetRows.Read(_queries[job.Request.Fingerprint]), cancellation: cancellation));
    }

    private List<ScoredRow> OfAnswers(StageJob job, string path, CancellationToken cancellation)
    {
        var rows = new BlockRows(path);
        var run = Blocks(job).Run(rows.Plan(), (block, builder) => Compute(job, rows, block, builder, cancellation), Tell(job), cancellation);
        count(run.Progress);
        _parts[job.Request.Fingerprint] = [.. run.Of().Select(artifact => artifact.Fingerprint)];
        return [.. run.Of().SelectMany(VectorBlockFile.Read).Select((score, row) => new ScoredRow(rows.Indices[row], score))];
    }

    private BlockComputation Blocks(StageJob job) => _blocks.TryGetValue(job.Request.Fingerprint, out var known) ? known
        : _blocks[job.Request.Fingerprint] = new(context.Store, BlockRequest(job));

    private StageRequest BlockRequest(StageJob job) => Request(BlockName, job.Key.Method!, rows: null);

    private Action<BlockProgress> Tell(StageJob job) =>
        progress => context.Reporter.Progress(() => $"{job.Key.Dataset}: {job.Key.Method} of {progress.Finished} of {progress.Total} blocks");

    private void Compute(StageJob job, BlockRows rows, Block block, ArtifactBuilder builder, CancellationToken cancellation)
    {
        var encoded = rows.Get(block).Select(row => model.Encoder.Encode(row.Treatment, job.Source, row.Index)).ToArray();
        var isLength = job.Key.Method == BaselineNames.Length;
        VectorBlockFile.Write(builder, isLength ? AnswerScores.Lengths(encoded) : AnswerScores.Losses(model.Model.Transformer, encoded,
            settings.Execution?.TokenBudget ?? Methods.VectorComputer.DefaultTokenBudget, cancellation));
        if (!isLength)
            model.Describe(builder);
    }

    // The rows as a whole for a table; without them for its blocks, which the store tells apart by what is in them.
    private StageRequest Request(string stage, string method, InputFile? rows) => method == BaselineNames.Length
        ? context.Resolve(stage, new { rows, model = model.Inputs, method, settings.MaxTokens, settings.Loss })
        : context.Resolve(stage, new
        {
            rows,
            model = model.Inputs,
            method,
            settings.MaxTokens,
            settings.Loss,
            settings.Dtype,
            settings.Execution?.TokenBudget
        });
}
