using System.Globalization;
using System.Text;
using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Pipeline.Results;
using Attribution.Pipeline.Snapshots;

namespace Attribution.Pipeline;

/// <summary>The runs of an experiment as plain text that fits a screen: a section per evaluation set, a line per run, no column that says nothing.</summary>
internal static class ResultTable
{
    public const string File = "metrics.txt";

    public const string Precision = "precision_at_k", Gap = "eval_loss_gap", GapBefore = "eval_loss_gap_before", Judged = "judged_mean",
        JudgedBefore = "judged_mean_before";

    private const string Nothing = "-", Indent = "  ", Between = "   ";

    private static readonly string[] Columns = ["precision@k", "cross-entropy gap", "judged score"];

    /// <summary>The table, in the order of <paramref name="evals"/>.</summary>
    public static string Of(Metrics metrics, IReadOnlyList<EvalSettings> evals)
    {
        var sections = evals.Select(eval => (Eval: eval, Runs: metrics.Runs.Values.Where(r => Setting(r, "eval") == eval.Name).ToArray())).Where(s =>
            s.Runs.Length > 0).ToArray();
        var severalPools = metrics.Runs.Values.Select(r => Setting(r, "train")).OfType<string>().Distinct().Count() > 1;
        var lines = sections.SelectMany(s => s.Runs.Select(run => Cells(run, severalPools)).Prepend([Title(s.Eval, s.Runs)])).Prepend(["",
            .. Columns]).ToArray();

        var full = lines.Where(line => line.Length > 1).ToArray();
        var used = Enumerable.Range(0, Columns.Length + 1).Where(c => c == 0 || full.Skip(1).Any(line => line[c] != Nothing)).ToArray();
        var widths = used.Select(c => full.Max(line => line[c].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var line in lines)
            text.Append(line.Length == 1 ? line[0] : (Indent
                + string.Join(Between, used.Select((c, i) => i == 0 ? line[c].PadRight(widths[i]) : line[c].PadLeft(widths[i])))).TrimEnd()).Append('\n');
        return text.ToString();
    }

    private static string Title(EvalSettings eval, RunMetrics[] runs)
    {
        var planted = runs.Select(r => (double?)r.Settings.GetValueOrDefault("planted_share")).FirstOrDefault(p => p is not null);
        return $"{eval.Name}{(eval.Trait is null || eval.Trait == eval.Name ? "" : $" ({eval.Trait})")}"
            + (planted is { } share ? string.Create(CultureInfo.InvariantCulture, $", {share:0.0%} of the training rows are planted") : "");
    }

    private static string[] Cells(RunMetrics run, bool severalPools)
    {
        var attribution = Setting(run, "attribution");
        var name = Setting(run, "selection") is { } selection ? $"{attribution} x {selection}" : attribution!;
        return [severalPools && Setting(run, "train") is { } train ? $"{train}: {name}" : name, Number(run, Precision), Change(run, GapBefore, Gap),
            Change(run, JudgedBefore, Judged)];
    }

    private static string? Setting(RunMetrics run, string name) => (string?)run.Settings.GetValueOrDefault(name);

    private static string Number(RunMetrics run, string metric) => run.Metrics.GetValueOrDefault(metric)?.ToString("0.000", CultureInfo.InvariantCulture)
        ?? Nothing;

    // The base model's own line has nothing to compare with.
    private static string Change(RunMetrics run, string before, string after) =>
        run.Metrics.GetValueOrDefault(after) is null ? Nothing : Setting(run, "attribution") == JobKey.None
            ? Number(run, after) : $"{Number(run, before)} -> {Number(run, after)}";
}
