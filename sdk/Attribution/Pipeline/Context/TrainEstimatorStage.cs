using Attribution.ContextAttribution;
using Attribution.ContextAttribution.Sources;
using Attribution.Contracts;
using Attribution.Contracts.ContextAttribution;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Pipeline.Results;

namespace Attribution.Pipeline.Context;

/// <summary>Trains the experiment's score estimator on the examples of all datasets. Needs no model.</summary>
internal sealed class TrainEstimatorStage(StageContext context) : Stage<TrainEstimatorSettings>(context)
{
    public const string Name = StageNames.TrainEstimator;

    /// <summary>The folder of the estimator below <c>out/</c>.</summary>
    public const string OutFolder = "estimator";

    /// <summary>The file with the correlation at each step.</summary>
    public const string CurveFile = "training.jsonl";

    private const string StoreStage = "score-estimators";

    public override string Noun => "estimator";

    public override IReadOnlyList<StageJob> Plan()
    {
        var features = Context.Upstream(FeaturesAndOutputsStage.Name);
        var jobs = Settings.Datasets.Select(d => features.Find(GenerateStage.KeyOf(d))).OfType<JobResult>().ToArray();
        if (jobs.Length == 0)
            throw new AttributionException(ErrorCodes.NothingToAttribute,
                "Every dataset is held out whole, so there is nothing to train an estimator on. Give one of them a HeldOut below 1.")
            { Property = "HeldOut" };
        var inputs = jobs.Select(job => (Features: Context.Input(job, FeaturesAndOutputsStage.FeaturesFile),
            Facts: Context.Input(job, FeatureFacts.File))).ToArray();
        var request = Context.Resolve(StoreStage, new
        {
            features = inputs.Select(i => new { i.Features, i.Facts }),
            Settings.Steps,
            Settings.LearningRate,
            Settings.BatchSize,
            Settings.Seed,
        });
        return [new StageJob(new JobKey(), request, (builder, cancellation) => Train(builder, inputs, Settings, cancellation))];
    }

    public override IEnumerable<ShownFile> Show(StageJob job, Artifact artifact) =>
        artifact.Outputs.Select(o => Copy(artifact, o.Name, $"{OutFolder}/{o.Name}"));

    private void Train(ArtifactBuilder builder, (InputFile Features, InputFile Facts)[] inputs, TrainEstimatorSettings Settings, CancellationToken cancellation)
    {
        TaskFeatures[] examples = [.. inputs.SelectMany(i => FeatureFile.Read(i.Features.Path))];
        if (examples.Length == 0)
            throw new AttributionException(ErrorCodes.NothingToAttribute,
                "No example is left to train an estimator on. The warnings of FeaturesAndOutputs say why they take no part; where all are held out, lower "
                + "HeldOut.")
            { Property = "HeldOut" };
        var facts = FeatureFacts.Read(inputs[0].Facts.Path);
        var curve = new List<CorrelationStep>();
        var options = new ScoreEstimatorOptions
        {
            Steps = Settings.Steps,
            LearningRate = Settings.LearningRate,
            BatchSize = Settings.BatchSize,
            Seed = Settings.Seed
        };
        var estimator = ScoreEstimatorTrainer.Train(examples, facts.Model, options, (step, correlation) =>
        {
            curve.Add(new CorrelationStep(step, correlation));
            Context.Reporter.Trained("score estimator", step + 1, correlation, TrainingMeasures.Correlation);
            Context.Reporter.Progress(() => $"step {step + 1} of {Settings.Steps}, correlation {correlation:0.000}");
        }, cancellation);
        estimator.TrainedOn(AttentionRules.Of(facts.Attention), SentenceRules.Of(facts.Sentences)).Save(builder.Folder);
        var training = estimator.Training!;
        TrainingFacts.Write(builder.PathOf(TrainingFacts.File),
            training with { ExcludedCount = training.ExcludedCount + inputs.Sum(i => FeatureFacts.Read(i.Facts.Path).Excluded) });
        Readable.WriteLines(builder.PathOf(CurveFile), curve);
    }

    private sealed record CorrelationStep(int Step, double Correlation);
}
