using System.Globalization;
using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Pipeline.Results;
using Attribution.Pipeline.Snapshots;

namespace Attribution.Pipeline;

/// <summary>The results of an experiment in a few lines: all of them if they are few, else the best run for each evaluation set.</summary>
internal static class ResultSummary
{
    public const string File = "summary.txt";

    private const int MostLines = 16, MostColumns = 100;

    private static readonly string[] Rankings = [ResultTable.Judged, ResultTable.Gap, ResultTable.Precision];

    /// <summary>The lines, in the order of <paramref name="evals"/>.</summary>
    public static string Of(Metrics metrics, IReadOnlyList<EvalSettings> evals)
    {
        var table = ResultTable.Of(metrics, evals);
        if (table.Count(c => c == '\n') <= MostLines)
            return table;
        var ranking = Rankings.FirstOrDefault(name => metrics.Runs.Values.Any(r => r.Metrics.GetValueOrDefault(name) is not null));
        var best = evals.SelectMany(eval => metrics.Runs.Values.Where(r => Setting(r, "eval") == eval.Name && Setting(r, "selection") is not null).GroupBy(r =>
            Setting(r, "train")))
            .Select(runs => runs.MaxBy(r => r.Metrics.GetValueOrDefault(ranking ?? ResultTable.Gap) ?? double.NegativeInfinity)!).ToArray();
        if (best.Length == 0 || ranking is null)
            return table;

        var severalPools = best.Select(r => Setting(r, "train")).Distinct().Count() > 1;
        string[] head = ["", "best of each evaluation set", "precision@k", "judged score", "random"];
        var lines = best.Select(run => new[]
        {
            severalPools ? $"{Setting(run, "train")} -> {Setting(run, "eval")}" : Setting(run, "eval")!,
                $"{Setting(run, "attribution")} x {Setting(run, "selection")}",
            Number(run, ResultTable.Precision), Change(run), Number(Random(metrics, run), ResultTable.Judged),
        }).Prepend(head).ToArray();
        var used = Enumerable.Range(0, head.Length).Where(c => lines.Skip(1).Any(line => line[c].Length > 0)).ToList();
        // What does not fit beside each other is in the full table.
        while (used.Count > 2 && used.Sum(c => Width(c) + 3) > MostColumns)
            used.RemoveAt(used.Count - 1);
        return string.Concat(lines.Select(line => ("  " + string.Join("   ",
            used.Select(c => c < 2 ? line[c].PadRight(Width(c)) : line[c].PadLeft(Width(c))))).TrimEnd() + "\n"))
            + $"  all {metrics.Runs.Count} runs: {ResultTable.File}\n";

        int Width(int column) => lines.Max(line => line[column].Length);
    }

    private static RunMetrics? Random(Metrics metrics, RunMetrics run) => metrics.Runs.Values.FirstOrDefault(r =>
        Setting(r, "attribution") == JobKey.Random && Setting(r, "train") == Setting(run, "train") && Setting(r, "eval") == Setting(run, "eval"));

    private static string? Setting(RunMetrics run, string name) => (string?)run.Settings.GetValueOrDefault(name);

    private static string Number(RunMetrics? run, string metric) => run?.Metrics.GetValueOrDefault(metric)?.ToString("0.00", CultureInfo.InvariantCulture)
        ?? "";

    private static string Change(RunMetrics run) => Number(run, ResultTable.Judged) is { Length: > 0 } after
        ? $"{Number(run, ResultTable.JudgedBefore)} -> {after}" : "";
}
