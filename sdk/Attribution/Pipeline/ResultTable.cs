using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Pipeline.Results;
using Attribution.Pipeline.Snapshots;
using Attribution.Pipeline.Verdicts;

namespace Attribution.Pipeline;

/// <summary>The runs of an experiment as plain text that fits a screen: a section per evaluation set, a line per run, and no empty columns.</summary>
internal static class ResultTable
{
    public const string File = "metrics.txt";

    /// <summary>The names of the baselines among attribution methods.</summary>
    public const string Random = JobKey.Random, None = JobKey.None;

    public const string Precision = "precision_at_k", Gap = "eval_loss_gap", GapBefore = "eval_loss_gap_before", Judged = "judged_mean",
        JudgedBefore = "judged_mean_before";

    private const string Nothing = "-", Indent = "  ", Between = "   ";

    private static readonly string[] Columns = ["precision@k", "cross-entropy gap", "judged score", "over random"];

    /// <summary>The table, in the order of <paramref name="evals"/>.</summary>
    public static string Of(Metrics metrics, IReadOnlyList<EvalSettings> evals)
    {
        var (runs, labels) = (metrics.OverSeeds.Values, new RunLabels(metrics.OverSeeds.Values));
        var sections = evals.Select(eval => (Eval: eval, Runs: runs.Where(r => Setting(r, "eval") == eval.Name).ToArray())).Where(s =>
            s.Runs.Length > 0).ToArray();
        var severalPools = runs.Select(r => Setting(r, "train")).OfType<string>().Distinct().Count() > 1;
        var lines = sections.SelectMany(s => s.Runs.Select(run => Cells(run, labels, severalPools)).Prepend([Title(s.Eval, s.Runs)])
            .Concat((metrics.Verdicts ?? []).Where(v => v.Eval == s.Eval.Name).SelectMany(v => Said(v, metrics, labels, severalPools)).Select(line =>
                (string[])[line])))
            .Prepend(["", .. Columns]).ToArray();

        var full = lines.Where(line => line.Length > 1).ToArray();
        var used = Enumerable.Range(0, Columns.Length + 1).Where(c => c == 0 || full.Skip(1).Any(line => line[c] != Nothing)).ToArray();
        var widths = used.Select(c => full.Max(line => line[c].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var line in lines)
            text.Append(line.Length == 1 ? line[0] : (Indent
                + string.Join(Between, used.Select((c, i) => i == 0 ? line[c].PadRight(widths[i]) : line[c].PadLeft(widths[i])))).TrimEnd()).Append('\n');
        return text.ToString();
    }

    /// <summary>A difference with its interval, for example <c>+1.20 [0.90, 1.50]</c>.</summary>
    public static string Difference(double? difference, double? lower, double? upper) => difference is null ? Nothing
        : string.Create(CultureInfo.InvariantCulture, $"{difference:+0.00;-0.00;0.00}")
            + (lower is null ? "" : string.Create(CultureInfo.InvariantCulture, $" [{lower:0.00}, {upper:0.00}]"));

    /// <summary>A mean with its standard deviation over seeds, for example <c>1.20 ± 0.15</c>.</summary>
    public static string Mean(double? mean, double? deviation, string format = "0.00") => mean is null ? Nothing
        : mean.Value.ToString(format, CultureInfo.InvariantCulture) + (deviation is { } sd ? $" ± {sd.ToString(format, CultureInfo.InvariantCulture)}" : "");

    // The verdict of a section.
    private static IEnumerable<string> Said(Verdict verdict, Metrics metrics, RunLabels labels, bool severalPools)
    {
        yield return $"  {(severalPools ? $"{verdict.Train}: " : "")}{Reasons(verdict, metrics, labels)}";
        yield return $"  verdict: {verdict.Text}";
    }

    /// <summary>What a verdict goes by: who leads, with which score, and how far from the draw at random and from the second, with intervals.</summary>
    public static string Reasons(Verdict verdict, Metrics metrics, RunLabels labels)
    {
        return Label(verdict.Leader) + " leads"
            + (verdict.Prompts > 0 ? " on half of the prompts; on the others it has " : " with ")
            + Mean(verdict.Score, verdict.ScoreSd)
            + (verdict.OverRandom is { } random ? $", over random {Difference(random.Difference, random.Lower, random.Upper)}" : "")
            + (verdict.OverSecond is { } second
                ? $", over {Label(verdict.Second!)} {Difference(second.Difference, second.Lower, second.Upper)}" : "");

        string Label(string run) => metrics.OverSeeds.TryGetValue(run, out var known) ? labels.Of(known) : run;
    }

    private static string Title(EvalSettings eval, RunMetrics[] runs)
    {
        var planted = runs.Select(r => (double?)r.Settings.GetValueOrDefault("planted_share")).FirstOrDefault(p => p is not null);
        var seeds = runs.Max(r => (r.Settings.GetValueOrDefault("seeds") as JsonArray)?.Count ?? 1);
        return $"{eval.Name}{(eval.Trait is null || eval.Trait == eval.Name ? "" : $" ({eval.Trait})")}"
            + (planted is { } share ? string.Create(CultureInfo.InvariantCulture, $", {share:0.0%} of the training rows are planted") : "")
            + (seeds > 1 ? $", {seeds} seeds" : "");
    }

    private static string[] Cells(RunMetrics run, RunLabels labels, bool severalPools)
    {
        var compared = run.Metrics.Keys.FirstOrDefault(name => name.EndsWith(SeedGroup.OverRandom, StringComparison.Ordinal));
        return [severalPools && Setting(run, "train") is { } train ? $"{train}: {labels.Of(run)}" : labels.Of(run), Number(run, Precision),
            Change(run, GapBefore, Gap),
            Change(run, JudgedBefore, Judged), compared is null
                ? Nothing : Difference(run.Metrics[compared], run.Metrics[$"{compared}_lower"], run.Metrics[$"{compared}_upper"])];
    }

    private static string? Setting(RunMetrics run, string name) => (string?)run.Settings.GetValueOrDefault(name);

    private static string Number(RunMetrics run, string metric) => Mean(run.Metrics.GetValueOrDefault(metric), Deviation(run, metric), "0.000");

    private static double? Deviation(RunMetrics run, string metric) => run.Metrics.GetValueOrDefault(metric + SeedGroup.Deviation) is { } sd
        && (sd > 0 || metric == Judged)
        ? sd : null;

    // The base model's own line has no change to show.
    private static string Change(RunMetrics run, string before, string after) =>
        run.Metrics.GetValueOrDefault(after) is null ? Nothing : Setting(run, "attribution") == JobKey.None
            ? Number(run, after) : $"{Number(run, before)} -> {Number(run, after)}";
}
