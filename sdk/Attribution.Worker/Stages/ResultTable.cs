using System.Globalization;
using Attribution.Worker.Stages.Snapshots;
using Attribution.Worker.Verbs;
using Spectre.Console;

namespace Attribution.Worker.Stages;

/// <summary>The runs of an evaluation set as a table for the console.</summary>
internal static class ResultTable
{
    public const string Precision = "precision_at_k", Gap = "eval_loss_gap", GapBefore = "eval_loss_gap_before", Judged = "judged_mean", JudgedBefore = "judged_mean_before";

    /// <summary>The table; null if the evaluation set has no runs.</summary>
    public static string? Of(Metrics metrics, string eval, string? trait)
    {
        var runs = metrics.Runs.Where(r => (string?)r.Value.Settings["eval"] == eval).ToArray();
        if (runs.Length == 0)
            return null;
        var planted = runs.Select(r => (double?)r.Value.Settings.GetValueOrDefault("planted_share")).FirstOrDefault(p => p is not null);
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("run").AddColumn(new TableColumn("precision@k").RightAligned())
            .AddColumn(new TableColumn("cross-entropy gap").RightAligned()).AddColumn(new TableColumn("judged score").RightAligned());
        foreach (var (name, run) in runs)
            table.AddRow(name.EscapeMarkup(), Number(run, Precision), Change(run, GapBefore, Gap), Change(run, JudgedBefore, Judged));
        using var text = new StringWriter();
        StoreTables.ConsoleOn(text).Write(table);
        var title = $"{eval}{(trait is null || trait == eval ? "" : $" ({trait})")}{(planted is { } share ? string.Create(CultureInfo.InvariantCulture, $": {share:0.0%} of the training rows are planted") : "")}";
        return title + Environment.NewLine + string.Join(Environment.NewLine, text.ToString().Split(Environment.NewLine).Select(line => line.TrimEnd()).Where(line => line.Length > 0));
    }

    private static string Number(RunMetrics run, string metric) => run.Metrics.GetValueOrDefault(metric)?.ToString("0.000", CultureInfo.InvariantCulture) ?? "-";

    private static string Change(RunMetrics run, string before, string after) =>
        run.Metrics.GetValueOrDefault(after) is null ? "-" : $"{Number(run, before)} -> {Number(run, after)}";
}
