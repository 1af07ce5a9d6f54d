using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Evaluation;
using Attribution.Methods;
using Attribution.Models;
using Attribution.Pipeline.Grid;
using Attribution.Pipeline.GroundTruth;
using Attribution.Pipeline.Results;

namespace Attribution.Pipeline;

/// <summary>
/// Evaluates the base model and each run's model: the cross-entropy of the evaluation set, and answers to its held-out prompts. Two jobs per run.
/// </summary>
internal sealed class EvaluateStage : Stage<EvaluateSettings>
{
    public const string Name = StageNames.Evaluate;

    /// <summary>The <see cref="JobKey.Part"/> of the cross-entropy job.</summary>
    public const string CrossEntropyPart = "cross_entropy";

    /// <summary>The <see cref="JobKey.Part"/> of the answers job.</summary>
    public const string AnswersPart = "answers";

    /// <summary>For an adapter that was trained on a subset: the loss of each evaluation row's treatment, one <see cref="RowLoss"/> per line.</summary>
    public const string LossesFile = "losses.jsonl";

    public const string MetricsFile = "metrics.jsonl";
    public const string AnswersFile = "answers.jsonl";

    private readonly ModelSource _model;
    private readonly RunModel _run;
    private readonly Dictionary<string, TokenizedRow[]> _rows = [];

    public EvaluateStage(StageContext context) : base(context)
    {
        _model = new ModelSource(Settings, context);
        _run = new RunModel(_model);
    }

    public override string Noun => "evaluation";

    private GenerationSettings Generation => Settings.Generation ?? new();

    public override bool ModelLoaded => _model.IsLoaded;

    public override IEnumerable<string> OtherFiles => _model.FetchedFiles;

    public override SharedWork? Share(IReadOnlyList<StageJob> missing) => new(missing.Count, _model.Config);

    public override IReadOnlyList<StageJob> Plan()
    {
        var imported = Context.Upstream(ImportDatasetsStage.Name);
        var runs = Context.Upstream(FineTuneStage.Name).Jobs;
        return
        [
            .. Settings.Eval.SelectMany(eval => RunGrid.OfBaseModel(Settings).SelectMany(point =>
                Jobs(new JobKey { Eval = eval.Name, Point = point.Named.OrNull() }, point.Values, null, imported))),
            .. runs.SelectMany(run => Jobs(run.Key, run.Point.Values, run, imported)),
            .. Settings.Upstream.Contains(RetrainSubsetsStage.Name)
                ? Context.Upstream(RetrainSubsetsStage.Name).Jobs.SelectMany(subset => Settings.Eval.Select(eval => OfSubset(subset, eval.Name, imported)))
                    : [],
        ];
    }

    public override IEnumerable<ShownFile> Show(StageJob job, Artifact artifact)
    {
        if (job.Key is { Attribution: null, Train: not null })
            return [];
        var folder = $"{job.Key.RunFolder}/selected_data";
        return [job.Key.Part == AnswersPart
            ? Copy(artifact, AnswersFile, $"{folder}/{AnswersFile}")
            : Copy(artifact, MetricsFile, $"{folder}/eval_cross_entropy/{MetricsFile}")];
    }

    public override void Dispose() => _run.Dispose();

    private IEnumerable<StageJob> Jobs(JobKey run, RunPoint at, JobResult? tuned, StageResult imported)
    {
        var folder = tuned is null ? null : Path.Combine(Context.Store.Root, tuned.Artifact);
        var dataset = imported.Get(ImportDatasetsStage.KeyOf(run.Eval!, "eval"));
        var rows = Context.Input(dataset, ImportDatasetsStage.RowsFile);
        var weights = tuned is null ? null : WeightsOf(tuned);
        yield return new StageJob(run with { Part = CrossEntropyPart },
            Context.Resolve("cross-entropies", new
            {
                rows,
                model = _model.Inputs,
                adapter = weights,
                Settings.Dtype,
                Settings.MaxTokens,
                Settings.Execution?.TokenBudget
            }),
            (builder, cancellation) => Measure(builder, folder, rows.Path, dataset.Source!, cancellation))
        { Values = at };

        if (imported.Find(ImportDatasetsStage.KeyOf(run.Eval!, "prompts")) is not { } held)
            yield break;
        var prompts = Context.Input(held, ImportDatasetsStage.PromptsFile);
        var seed = at.Seed!.Value;
        var sampling = new { Generation.Repeats, Generation.Temperature, Generation.TopP, Generation.MaxNewTokens, Seed = seed };
        yield return new StageJob(run with { Part = AnswersPart },
            Context.Resolve("answers", new { prompts, model = _model.Inputs, adapter = weights, Settings.Dtype, Generation = sampling }),
            (builder, cancellation) => Answer(builder, run, seed, folder, prompts.Path, held.Source!, cancellation))
        { Values = at };
    }

    private StageJob OfSubset(JobResult subset, string eval, StageResult imported)
    {
        var (dataset, folder) = (imported.Get(ImportDatasetsStage.KeyOf(eval, "eval")), Path.Combine(Context.Store.Root, subset.Artifact));
        var rows = Context.Input(dataset, ImportDatasetsStage.RowsFile);
        return new StageJob(subset.Key with { Eval = eval },
            Context.Resolve("losses", new
            {
                rows,
                model = _model.Inputs,
                adapter = WeightsOf(subset),
                Settings.Dtype,
                Settings.MaxTokens,
                Settings.Execution?.TokenBudget
            }),
            (builder, cancellation) =>
            {
                _run.Use(folder);
                var all = Encoded(rows.Path, dataset.Source!);
                var losses = Evaluator.Losses([.. all.Select(row => row.Treatment)], cancellation);
                Readable.WriteLines(builder.PathOf(LossesFile), all.Zip(losses, (row, loss) => new RowLoss(row.Index, Readable.Finite(loss))));
                _model.Describe(builder);
            })
        { Values = subset.Values };
    }

    // The loss curve is not an input.
    private Dictionary<string, InputFile> WeightsOf(JobResult tuned) =>
        Context.Inputs(tuned).Where(f => f.Key.StartsWith("adapter_", StringComparison.Ordinal)).ToDictionary();

    private CrossEntropyEvaluator Evaluator => new(_model.Model.Transformer, Settings.Execution?.TokenBudget ?? VectorComputer.DefaultTokenBudget);

    private TokenizedRow[] Encoded(string rows, string source)
    {
        if (!_rows.TryGetValue(rows, out var encoded))
            _rows.Add(rows, encoded = [.. DatasetRows.Read(rows).Select(row => _model.Encoder.Encode(row, source))]);
        return encoded;
    }

    private void Measure(ArtifactBuilder builder, string? adapter, string rows, string source, CancellationToken cancellation)
    {
        _run.Use(adapter);
        var all = Encoded(rows, source);
        var measured = Evaluator.Evaluate([.. all.Select(r => r.Treatment)], [.. all.Select(r => r.Control)], cancellation);
        Readable.WriteLines(builder.PathOf(MetricsFile), [new CrossEntropyLine(measured.Treatment, measured.Control, measured.Gap, measured.Skipped)]);
        _model.Describe(builder);
    }

    private void Answer(ArtifactBuilder builder, JobKey run, long seed, string? adapter, string path, string source, CancellationToken cancellation)
    {
        _run.Use(adapter);
        var prompts = PromptFile.Read(path);
        var options = new AnsweringOptions
        {
            Repeats = Generation.Repeats,
            Temperature = Generation.Temperature,
            TopP = Generation.TopP,
            MaxNewTokens = Generation.MaxNewTokens,
            Seed = seed,
        };
        var progress = new ProgressCallback<int>(done => Context.Reporter.Progress(() =>
            $"{Context.Standing ?? run.RunFolder}, {done} of {prompts.Count * options.Repeats} answers"));
        try
        {
            var answers = new PromptAnswerer(_model.Model, _model.Tokenizer, _model.Template).Answer(
                [.. prompts.Select(p => p.Messages)], options, progress, cancellation, [.. prompts.Select(p => p.Variables)]);
            Readable.WriteLines(builder.PathOf(AnswersFile), answers.Select(a => AnswerLine.Of(a, prompts[a.PromptIndex].Metadata)));
        }
        catch (AttributionException e) when (e.File is null && e.Row is not null)
        {
            throw new AttributionException(e.Code, e.Message, e) { File = source, Row = e.Row, Property = e.Property };
        }
        _model.Describe(builder);
    }
}
