using Attribution.ContextAttribution;
using Attribution.ContextAttribution.Sources;
using Attribution.Contracts;
using Attribution.Contracts.ContextAttribution;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Pipeline.Results;

namespace Attribution.Pipeline.Context;

/// <summary>Computes an estimator's training data, with a job per dataset, assembled from one block per example.</summary>
internal sealed class FeaturesAndOutputsStage : Stage<FeaturesAndOutputsSettings>
{
    public const string Name = StageNames.FeaturesAndOutputs;

    /// <summary>The estimator's training data, see <see cref="FeatureFile"/>.</summary>
    public const string FeaturesFile = "features.safetensors";

    private const string StoreStage = "context-features", BlockName = "context-feature-blocks";

    private readonly ModelSource _model;
    private readonly ExampleSource _examples;
    private readonly Dictionary<ContentHash, IReadOnlyList<ContentHash>> _parts = [];

    public FeaturesAndOutputsStage(StageContext context) : base(context)
    {
        _model = new ModelSource(Settings, context);
        _examples = new ExampleSource(_model);
    }

    public override string Noun => "example";

    public override bool ModelLoaded => _model.IsLoaded;

    public override IEnumerable<string> OtherFiles => _model.FetchedFiles;

    public override SharedWork? Share(IReadOnlyList<StageJob> missing) => new(int.MaxValue, _model.Config);

    public override IEnumerable<StageUnits> Units(IReadOnlyList<StageJob> missing)
    {
        foreach (var job in missing)
        {
            var dataset = Settings.Datasets.Single(d => d.Name == job.Key.Dataset);
            var path = Context.Input(Context.Upstream(GenerateStage.Name).Get(GenerateStage.KeyOf(dataset.Name)), GenerateStage.ExamplesFile).Path;
            var request = Request(BlockName, dataset, examples: null);
            var plan = ExampleBlocks.Plan(Prepare(dataset, path).Examples.Select(e => e.Hash));
            yield return new StageUnits(request, Noun, new BlockComputation(Context.Store, request).Missing(plan).Count()) { Of = dataset.Name };
        }
    }

    public override IReadOnlyList<StageJob> Plan()
    {
        var generated = Context.Upstream(GenerateStage.Name);
        return [.. Settings.Datasets.Where(d => d.HeldOut < 1).Select(d =>
        {
            var job = generated.Get(GenerateStage.KeyOf(d.Name));
            var examples = Context.Input(job, GenerateStage.ExamplesFile);
            var dataset = d with { Path = job.Source ?? d.Name };
            var (units, run) = ((ExampleUnits?)null, (BlockRun?)null);
            return new StageJob(GenerateStage.KeyOf(d.Name), Request(StoreStage, d, examples), (builder, _) => Assemble(builder, units!.Prepared, run!))
            {
                Source = job.Source,
                HelpWithParts = cancellation => (units ??= UnitsOf(dataset, examples.Path, cancellation)).Help(cancellation),
                ComputeParts = cancellation =>
                {
                    if (run is null)
                        Count((run = (units ??= UnitsOf(dataset, examples.Path, cancellation)).Run(cancellation)).Progress);
                },
            };
        })];
    }

    public override IReadOnlyList<ContentHash> PartsOf(StageJob job) => _parts.GetValueOrDefault(job.Request.Fingerprint, []);

    public override IEnumerable<ShownFile> Show(StageJob job, Artifact artifact) => [];

    public override void Dispose() => _model.Dispose();

    // With examples, the request of a whole dataset; without them, the request of its blocks, which the store distinguishes by their content.
    private StageRequest Request(string stage, ContextDatasetSettings dataset, InputFile? examples) => Context.Resolve(stage, ExampleSource.With(Settings, new
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
    }));

    private ExampleUnits UnitsOf(ContextDatasetSettings dataset, string path, CancellationToken cancellation)
    {
        var prepared = Prepare(dataset, path);
        if (!Context.IsHelper && prepared.Why is { } why)
            Context.Reporter.Warning(ErrorCodes.ExamplesExcluded,
                $"{prepared.Excluded.Values.Sum()} examples of '{dataset.Name}' take no part in the training: {why}.", dataset.Path);
        return new ExampleUnits(Context, dataset, prepared, new BlockComputation(Context.Store, Request(BlockName, dataset, examples: null)),
            (block, _) => (_, made) => Write(made, prepared.Examples[(int)block.FirstRow], cancellation));
    }

    private PreparedExamples Prepare(ContextDatasetSettings dataset, string path) => _examples.Read(path, dataset,
        Enum.Parse<SourceType>(Settings.SourceType, ignoreCase: true), SentenceRules.Of(Settings.SentenceRule), Settings.Seed, heldOut: false);

    private void Write(ArtifactBuilder made, PreparedExample example, CancellationToken cancellation)
    {
        var masks = AblationMasks.Random(Settings.NumMasks, example.Example.Sources.Count, Settings.Alpha, Settings.Seed, example.Line.Key);
        FeatureFile.Write(made.PathOf(FeaturesFile),
            [ContextAttributor.FeaturesAndOutputs(_model.Model.Transformer, example.Example.Task, masks, AttentionRules.Of(Settings.AttentionFeatures),
                cancellation)]);
        _model.Describe(made);
    }

    private void Assemble(ArtifactBuilder builder, PreparedExamples prepared, BlockRun run)
    {
        _parts[builder.Request.Fingerprint] = [.. run.Of().Select(artifact => artifact.Fingerprint)];
        FeatureFile.Write(builder.PathOf(FeaturesFile), [.. run.Of().SelectMany(artifact => FeatureFile.Read(artifact.PathOf(FeaturesFile)))]);
        new FeatureFacts(ModelIdentity.Of(_model.Config), prepared.Examples.Count, prepared.Excluded.Values.Sum(), Settings.AttentionFeatures,
            Settings.SentenceRule)
            .Write(builder.PathOf(FeatureFacts.File));
    }
}
