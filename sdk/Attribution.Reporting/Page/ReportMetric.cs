namespace Attribution.Reporting.Page;

/// <summary>A metric that the page compares runs by.</summary>
/// <param name="Key">Its name in the page.</param>
/// <param name="Label">Its name for display.</param>
/// <param name="Meaning">Its meaning.</param>
/// <param name="Of">Returns its value for a run; null if the run has none.</param>
internal sealed record ReportMetric(string Key, string Label, string Meaning, Func<ReportedRun, double?> Of)
{
    /// <summary>The format, with as many decimals as show relevant differences.</summary>
    public string Format { get; init; } = "0.00";

    /// <summary>Its name in <c>metrics.json</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The metrics that at least one run has, the most important first.</summary>
    public double? DeviationOf(ReportedRun run) => run.Metrics.GetValueOrDefault($"{Name}_sd");

    public static ReportMetric Judged { get; } = new("judged", "Judged score", "The judge's mean score of the answers to held-out prompts after fine-tuning: how strongly they show the behaviour.",
        run => run.Metrics.GetValueOrDefault("judged_mean"))
    { Name = "judged_mean" };

    public static ReportMetric Precision { get; } = new("precision", "Precision@k", "The share of the chosen rows that are known to show the behaviour.",
        run => run.Metrics.GetValueOrDefault("precision_at_k"))
    { Name = "precision_at_k" };

    public static ReportMetric Recall { get; } = new("recall", "Recall@k", "The share of the rows that are known to show the behaviour that were chosen.",
        run => run.Metrics.GetValueOrDefault("recall_at_k"))
    { Name = "recall_at_k" };

    public static ReportMetric Auprc { get; } = new("auprc", "AUPRC",
        "The area under the precision-recall curve of all scores, as average precision: the share of planted rows at random, 1 where they all come first.",
        run => run.Metrics.GetValueOrDefault("auprc"))
    { Name = "auprc" };

    public static ReportMetric Auroc { get; } = new("auroc", "AUROC", "The chance that a row that is known to show the behaviour scores higher than another: 0.5 at random.",
        run => run.Metrics.GetValueOrDefault("auroc"))
    { Name = "auroc", Format = "0.000" };

    public static ReportMetric ReciprocalRank { get; } = new("mrr", "MRR", "One over the rank of the first row that is known to show the behaviour.",
        run => run.Metrics.GetValueOrDefault("mrr"))
    { Name = "mrr" };

    public static ReportMetric Gap { get; } = new("gap", "Cross-entropy gap",
        "By how much fine-tuning moved the gap: the loss on neutral answers minus the loss on answers that show the behaviour. Higher means that the behaviour became likelier.",
        run => run.Metrics.GetValueOrDefault("eval_loss_gap") - run.Metrics.GetValueOrDefault("eval_loss_gap_before"))
    { Name = "eval_loss_gap", Format = "+0.000;−0.000;0.000" };

    /// <summary>Those that some run has, the one that matters most first.</summary>
    public static IReadOnlyList<ReportMetric> In(ExperimentReport report) =>
        [.. new[] { Judged, Precision, Recall, Auprc, Auroc, ReciprocalRank, Gap }.Where(metric => report.Runs.Any(run => run.Attribution != ReportedRun.NoneName && metric.Of(run) is not null))];
}
