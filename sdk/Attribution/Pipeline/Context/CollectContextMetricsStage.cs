using System.Text.Json.Nodes;
using Attribution.ContextAttribution;
using Attribution.Contracts.ContextAttribution;
using Attribution.Data.Store;
using Attribution.Evaluation.Statistics;
using Attribution.Pipeline.Results;
using Attribution.Pipeline.Snapshots;

namespace Attribution.Pipeline.Context;

/// <summary>Collects the metrics of an experiment in context attribution: a run per dataset and method.</summary>
internal sealed class CollectContextMetricsStage(StageContext context) : Stage<CollectContextMetricsSettings>(context)
{
    private const string TableFile = "table.txt";

    public override string Noun => "metrics file";

    public override IReadOnlyList<StageJob> Plan()
    {
        var runs = Context.Upstream(AttributeHeldOutStage.Name).Jobs.Select(job => (job.Key, Evaluation: Context.Input(job, MethodLine.File))).ToArray();
        var estimator = Context.Upstream(TrainEstimatorStage.Name).Jobs.Select(job => Context.Input(job, TrainingFacts.File)).Single();
        var request = Context.Resolve("context-metrics", new { runs = runs.Select(r => new { r.Key.Dataset, r.Key.Method, r.Evaluation }), estimator });
        return [new StageJob(new JobKey(), request, (builder, _) =>
        {
            var lines = runs.Select(r => (Dataset: r.Key.Dataset!, Method: r.Key.Method!, Line: MethodLine.Read(r.Evaluation.Path))).ToArray();
            var training = TrainingFacts.Read(estimator.Path);
            var metrics = lines.ToDictionary(l => $"{l.Dataset}/{l.Method}", l => Run(l.Dataset, l.Method, l.Line));
            metrics.Add("estimator", Run(training));
            File.WriteAllText(builder.PathOf(Metrics.File), new Metrics(metrics).Write());
            File.WriteAllText(builder.PathOf(TableFile), ContextTable.Of(lines, training));
        })];
    }

    public override IEnumerable<ShownFile> Show(StageJob job, Artifact artifact) =>
    [
        Copy(artifact, Metrics.File, Metrics.File),
        Copy(artifact, TableFile, ResultTable.File),
        // The build prints this at its end.
        Copy(artifact, TableFile, ResultSummary.File),
    ];

    // Seconds depend on the machine and are only in the table.
    private static RunMetrics Run(string dataset, string method, MethodLine line)
    {
        var metrics = new Dictionary<string, double?>();
        if (line.Known > 0)
            Add("top1_accuracy", ContextIntervals.Of(ContextIntervals.Top1, line));
        Add("lds", ContextIntervals.Of(ContextIntervals.Lds, line));
        metrics.Add("top1_drop", line.Mean.Top1Drop);
        metrics.Add("top3_drop", line.Mean.Top3Drop);
        metrics.Add("top5_drop", line.Mean.Top5Drop);
        metrics.Add("forward_passes", line.Mean.ForwardPasses);
        metrics.Add("examples", line.Examples);
        metrics.Add("excluded", line.Excluded);
        return new RunMetrics(new Dictionary<string, JsonNode?> { ["dataset"] = dataset, ["method"] = method }, metrics);

        void Add(string name, Interval interval)
        {
            metrics.Add(name, Readable.Finite(interval.Estimate));
            metrics.Add($"{name}_lower", Readable.Finite(interval.Lower));
            metrics.Add($"{name}_upper", Readable.Finite(interval.Upper));
        }
    }

    private static RunMetrics Run(ScoreEstimatorTraining training) => new(
        new Dictionary<string, JsonNode?> { ["steps"] = training.Options.Steps, ["masks"] = training.MaskCount },
        new Dictionary<string, double?>
        {
            ["correlation"] = training.Correlation,
            ["examples"] = training.ExampleCount,
            ["excluded"] = training.ExcludedCount
        });
}
