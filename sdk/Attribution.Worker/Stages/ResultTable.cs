using System.Globalization;
using Attribution.Worker.Stages.Results;
using Attribution.Worker.Stages.Snapshots;
using Attribution.Worker.Verbs;
using Spectre.Console;

namespace Attribution.Worker.Stages;

/// <summary>The runs of an evaluation set as a table of at most 100 columns.</summary>
internal static class ResultTable
{
    public const string Precision = "precision_at_k", Gap = "eval_loss_gap", GapBefore = "eval_loss_gap_before", Judged = "judged_mean", JudgedBefore = "judged_mean_before";

    private const int Width = 100;

    /// <summary>The table with a line above that says what it is of; empty if the evaluation set has no runs.</summary>
    public static string Of(Metrics metrics, string eval, string? trait)
    {
        var runs = metrics.Runs.Values.Where(run => Setting(run, "eval") == eval).ToArray();
        if (runs.Length == 0)
            return "";
        var ofSeveral = runs.Select(run => Setting(run, "train")).OfType<string>().Distinct().Count() > 1;
        var table = new Table().Border(TableBorder.Simple).AddColumn("attribution x selection");
        foreach (var column in (string[])["precision@k", "cross-entropy gap", "judged score"])
            table.AddColumn(new TableColumn(column).RightAligned().NoWrap());
        foreach (var run in runs)
            table.AddRow(NameOf(run, ofSeveral).EscapeMarkup(), Number(run, Precision), Change(run, GapBefore, Gap), Change(run, JudgedBefore, Judged));
        using var text = new StringWriter { NewLine = "\n" };
        var console = StoreTables.ConsoleOn(text);
        console.Profile.Width = Width;
        console.Write(table);

        var title = eval + (trait is null || trait == eval ? "" : $" ({trait})");
        if (runs.Select(run => (double?)run.Settings.GetValueOrDefault("planted_share")).FirstOrDefault(share => share is not null) is { } planted)
            title += string.Create(CultureInfo.InvariantCulture, $": {planted:0.0%} of the training rows show it");
        return title + "\n" + string.Concat(text.ToString().Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0).Select(line => line + "\n"));
    }

    private static string NameOf(RunMetrics run, bool ofSeveral)
    {
        var method = Setting(run, "attribution")!;
        var name = method is JobKey.Random or JobKey.None ? method : $"{method} x {Setting(run, "selection")}";
        return ofSeveral && Setting(run, "train") is { } train ? $"{train}: {name}" : name;
    }

    private static string? Setting(RunMetrics run, string name) => (string?)run.Settings.GetValueOrDefault(name);

    private static string Number(RunMetrics run, string metric) => run.Metrics.GetValueOrDefault(metric)?.ToString("0.000", CultureInfo.InvariantCulture) ?? "-";

    private static string Change(RunMetrics run, string before, string after) =>
        run.Metrics.GetValueOrDefault(after) is null ? "-" : $"{Number(run, before)} -> {Number(run, after)}";
}
