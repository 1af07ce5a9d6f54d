using System.Text.Json;
using Attribution.ContextAttribution;
using Attribution.ContextAttribution.Evaluation;
using Attribution.ContextAttribution.Examples;
using Attribution.ContextAttribution.Scorers;
using Attribution.ContextAttribution.Sources;
using Attribution.Contracts;
using Attribution.Contracts.ContextAttribution;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Pipeline.Results;

namespace Attribution.Pipeline.Context;

/// <summary>
/// Attributes the held-out answers with the estimator and with the untrained methods, and measures each, with a job per dataset and method, assembled from
/// blocks of one example. Results of the untrained methods do not depend on the estimator, so they stay when it changes.
/// </summary>
internal sealed class AttributeHeldOutStage : Stage<AttributeHeldOutSettings>
{
    public const string Name = StageNames.AttributeHeldOut;

    /// <summary>The scores, one <see cref="AttributionLine"/> per example.</summary>
    public const string AttributionsFile = "attributions.jsonl";

    private const string StoreStage = "context-attributions", BlockName = "context-attribution-blocks", BlockFile = "scores.json";

    private readonly ModelSource _model;
    private readonly ExampleSource _examples;
    private readonly Dictionary<ContentHash, IReadOnlyList<ContentHash>> _parts = [];

    public AttributeHeldOutStage(StageContext context) : base(context)
    {
        _model = new ModelSource(Settings, context);
        _examples = new ExampleSource(_model);
    }

    public override string Noun => "attribution";

    public override bool ModelLoaded => _model.IsLoaded;

    public override IEnumerable<string> OtherFiles => _model.FetchedFiles;

    private SourceType Sources => Enum.Parse<SourceType>(Settings.SourceType, ignoreCase: true);

    private JobResult Estimator => Context.Upstream(TrainEstimatorStage.Name).Jobs.Single();

    public override SharedWork? Share(IReadOnlyList<StageJob> missing) => new(int.MaxValue, _model.Config);

    public override IReadOnlyList<StageJob> Plan()
    {
        var generated = Context.Upstream(GenerateStage.Name);
        return [.. Settings.Datasets.Where(d => d.HeldOut > 0).SelectMany(d => Settings.Methods.Select(method =>
        {
            var job = generated.Get(GenerateStage.KeyOf(d.Name));
            return new StageJob(new JobKey { Dataset = d.Name, Method = method },
                Request(StoreStage, d, method, Context.Input(job, GenerateStage.ExamplesFile)))
            { Source = job.Source };
        }))];
    }

    public override IEnumerable<StageUnits> Units(IReadOnlyList<StageJob> missing)
    {
        foreach (var jobs in missing.GroupBy(job => job.Key.Dataset!))
        {
            var dataset = Settings.Datasets.Single(d => d.Name == jobs.Key);
            StageRequest[] requests = [.. jobs.Select(job => Request(BlockName, dataset, job.Key.Method!, examples: null))];
            var plan = ExampleBlocks.Plan(Prepare(dataset).Examples.Select(e => e.Hash));
            yield return new StageUnits(requests[0], "example", new BlockComputation(Context.Store, requests).Missing(plan).Count(), requests.Length)
            { Of = jobs.Key };
        }
    }

    public override IEnumerable<Artifact> Produce(IReadOnlyList<StageJob> missing, CancellationToken cancellation)
    {
        var works = missing.GroupBy(job => job.Key.Dataset).Select(group => group.ToArray()).Select(jobs =>
        {
            var dataset = Settings.Datasets.Single(d => d.Name == jobs[0].Key.Dataset) with { Path = jobs[0].Source ?? "" };
            return (Dataset: dataset, Jobs: jobs, Units: UnitsOf(dataset, jobs, cancellation));
        }).ToArray();
        // What is free of all datasets comes before the wait for what other processes have of one.
        foreach (var work in works)
            work.Units.Help(cancellation);
        if (Context.IsHelper)
            yield break;
        foreach (var (dataset, jobs, units) in works)
        {
            var run = units.Run(cancellation);
            Count(run.Progress);
            foreach (var (i, job) in jobs.Index())
            {
                _parts[job.Request.Fingerprint] = [.. run.Of(i).Select(artifact => artifact.Fingerprint)];
                yield return Context.Store.GetOrCreate(job.Request,
                    builder => Assemble(builder, job.Key.Method!, dataset, units.Prepared, run, i), cancellation);
            }
        }
    }

    public override IReadOnlyList<ContentHash> PartsOf(StageJob job) => _parts.GetValueOrDefault(job.Request.Fingerprint, []);

    public override IEnumerable<ShownFile> Show(StageJob job, Artifact artifact) =>
        [Copy(artifact, AttributionsFile, $"{job.Key.Dataset}/{job.Key.Method}/{AttributionsFile}")];

    public override void Dispose() => _model.Dispose();

    // With examples, the request of a whole dataset; without them, the request of its blocks, which the store distinguishes by their content.
    private StageRequest Request(string stage, ContextDatasetSettings dataset, string method, InputFile? examples) =>
        Context.Resolve(stage, ExampleSource.With(Settings, new
        {
            examples,
            heldOut = examples is null ? null : new { dataset.HeldOut },
            dataset.Thoughts,
            model = _model.Inputs,
            Settings.Dtype,
            Settings.SourceType,
            Settings.NumMasks,
            Settings.Alpha,
            Settings.Seed,
            method,
            estimator = method == ScorerList.Estimator ? EstimatorFiles() : null,
        }));

    // The training facts lie beside the weights and are not an input.
    private Dictionary<string, InputFile> EstimatorFiles() =>
        Context.Inputs(Estimator).Where(f => f.Key.EndsWith(".safetensors", StringComparison.Ordinal)).ToDictionary();

    private PreparedExamples Prepare(ContextDatasetSettings dataset) => _examples.Read(
        Context.Input(Context.Upstream(GenerateStage.Name).Get(GenerateStage.KeyOf(dataset.Name)), GenerateStage.ExamplesFile).Path, dataset, Sources,
        SentenceRules.Of(Settings.SentenceRule), Settings.Seed, heldOut: true);

    private ExampleUnits UnitsOf(ContextDatasetSettings dataset, StageJob[] jobs, CancellationToken cancellation)
    {
        var prepared = Prepare(dataset);
        if (!Context.IsHelper)
            Warn(dataset, prepared);
        var scorers = new ScorerList(_model, Settings.Alpha, Settings.Seed, AttentionRules.Of(Settings.AttentionFeatures), () =>
            Path.Combine(Context.Store.Root, Estimator.Artifact));
        return new ExampleUnits(Context, dataset, prepared,
            new BlockComputation(Context.Store, [.. jobs.Select(job => Request(BlockName, dataset, job.Key.Method!, examples: null))]),
            (block, wanted) => Score(prepared.Examples[(int)block.FirstRow], scorers, jobs, wanted, cancellation));
    }

    private Action<int, ArtifactBuilder> Score(
        PreparedExample example, ScorerList scorers, StageJob[] jobs, IReadOnlyList<int> wanted, CancellationToken cancellation)
    {
        var options = new ContextEvaluationOptions { Masks = Settings.NumMasks, Alpha = Settings.Alpha, Seed = Settings.Seed };
        var recorded = wanted.ToDictionary(i => i, i => new RecordingScorer(scorers.Get(jobs[i].Key.Method!)));
        var measured = ContextEvaluator.Evaluate(_model.Model.Transformer, example.Example.Task, example.Line.Key, [.. recorded.Values], options, cancellation);
        return (i, builder) =>
        {
            var line = ScoredLine.Of(recorded[i].Last!.Values, measured.Single(m => m.Scorer == recorded[i].Name));
            File.WriteAllText(builder.PathOf(BlockFile), JsonSerializer.Serialize(line, Readable.Line));
            _model.Describe(builder);
        };
    }

    private static void Assemble(ArtifactBuilder builder, string method, ContextDatasetSettings dataset, PreparedExamples prepared, BlockRun run, int request)
    {
        var scored = run.Of(request).Select(artifact => JsonSerializer.Deserialize<ScoredLine>(File.ReadAllBytes(artifact.PathOf(BlockFile)),
            Readable.Line)!).ToArray();
        var right = prepared.Examples.Zip(scored, (example, line) => Right(example, method, line.Scores, dataset)).ToArray();
        Readable.WriteLines(builder.PathOf(AttributionsFile),
            prepared.Examples.Select((example, i) => AttributionLine.Of(example, scored[i].Scores, right[i])));
        MethodLine.Of(method, prepared, scored, right).Write(builder.PathOf(MethodLine.File));
    }

    /// <summary>
    /// For each sentence, whether its highest-scored source (the first among equals) is one that it is known to come from; null if no source is known, as of
    /// thoughts, and for scores without an order.
    /// </summary>
    private static IReadOnlyList<bool?> Right(PreparedExample example, string method, float[][] scores, ContextDatasetSettings dataset) =>
        method == ContextBaselineNames.Count || dataset.Thoughts ? [.. scores.Select(_ => (bool?)null)]
            : [.. ContextTruth.Of(example.Line.ToRow(), example.Example, dataset.Path).Select((truth, u) =>
            truth?.Contains(Array.IndexOf(scores[u], scores[u].Max())))];

    private void Warn(ContextDatasetSettings dataset, PreparedExamples prepared)
    {
        if (prepared.Examples.Count == 0)
            throw new AttributionException(ErrorCodes.NothingToAttribute,
                $"'{dataset.Name}' has no held-out example to attribute{(prepared.Why is { } all ? $": {all}" : "")}. Raise its HeldOut, or give it more rows.")
            { File = dataset.Path, Property = "HeldOut" };
        if (prepared.Why is { } why)
            Context.Reporter.Warning(ErrorCodes.ExamplesExcluded,
                $"{prepared.Excluded.Values.Sum()} held-out examples of '{dataset.Name}' are not attributed: {why}.", dataset.Path);
    }
}
