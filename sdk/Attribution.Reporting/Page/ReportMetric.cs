namespace Attribution.Reporting.Page;

/// <summary>A metric that the page compares runs by.</summary>
/// <param name="Key">Its name in the page.</param>
/// <param name="Name">Its name in <c>metrics.json</c>.</param>
/// <param name="Label">Its name for display.</param>
/// <param name="Meaning">Its meaning.</param>
internal sealed record ReportMetric(string Key, string Name, string Label, string Meaning)
{
    /// <summary>The format, with as many decimals as show relevant differences.</summary>
    public string Format { get; init; } = "0.00";

    /// <summary>The name in <c>metrics.json</c> of its value before fine-tuning, if it is the change of that value.</summary>
    private string? Before { get; init; }

    public static ReportMetric Judged { get; } = new("judged", "judged_mean", "Judged score",
        "The judge's mean score of the answers to held-out prompts after fine-tuning: how strongly they show the behaviour.");

    public static ReportMetric Precision { get; } = new("precision", "precision_at_k", "Precision@k",
        "The share of the chosen rows that are known to show the behaviour.");

    public static ReportMetric Recall { get; } = new("recall", "recall_at_k", "Recall@k",
        "The share of the rows that are known to show the behaviour that were chosen.");

    public static ReportMetric Auprc { get; } = new("auprc", "auprc", "AUPRC",
        "The area under the precision-recall curve of all scores, as average precision: the share of planted rows at random, 1 where they all come first.");

    public static ReportMetric Auroc { get; } = new("auroc", "auroc", "AUROC",
        "The chance that a row that is known to show the behaviour scores higher than another: 0.5 at random.")
    { Format = "0.000" };

    public static ReportMetric ReciprocalRank { get; } = new("mrr", "mrr", "MRR",
        "One over the rank of the first row that is known to show the behaviour.");

    public static ReportMetric Gap { get; } = new("gap", "eval_loss_gap", "Cross-entropy gap",
        "By how much fine-tuning moved the gap: the loss on neutral answers minus the loss on answers that show the behaviour. "
        + "Higher means that the behaviour became likelier.")
    { Format = "+0.000;−0.000;0.000", Before = "eval_loss_gap_before" };

    /// <summary>Its value for a run; null if the run has none.</summary>
    public double? Of(ReportedRun run) => run.Metrics.GetValueOrDefault(Name) - (Before is null ? 0 : run.Metrics.GetValueOrDefault(Before));

    /// <summary>Its standard deviation over the seeds of a run; null if the run has one seed.</summary>
    public double? DeviationOf(ReportedRun run) => run.Metrics.GetValueOrDefault($"{Name}_sd");

    /// <summary>The metrics that at least one run with fine-tuning has, the most important first.</summary>
    public static IReadOnlyList<ReportMetric> In(ExperimentReport report)
    {
        var runs = report.Runs.Where(run => run.Attribution != ReportedRun.NoneName).ToArray();
        ReportMetric[] all = [Judged, Precision, Recall, Auprc, Auroc, ReciprocalRank, Gap];
        return [.. all.Where(metric => runs.Any(run => metric.Of(run) is not null))];
    }
}
