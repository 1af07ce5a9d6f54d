using System.Globalization;
using Attribution.Contracts.DataSelection;
using Attribution.Pipeline.Snapshots;
using Attribution.Pipeline.Verdicts;

namespace Attribution.Pipeline;

/// <summary>The results of an experiment in a few lines: every run if there are few, else a summary per evaluation set.</summary>
internal static class ResultSummary
{
    public const string File = "summary.txt";

    private const int MostLines = 16, MostColumns = 140;

    /// <summary>The lines, in the order of <paramref name="evals"/>.</summary>
    public static string Of(Metrics metrics, IReadOnlyList<EvalSettings> evals)
    {
        var table = ResultTable.Of(metrics, evals);
        Verdict[] verdicts = [.. evals.SelectMany(eval => (metrics.Verdicts ?? []).Where(verdict => verdict.Eval == eval.Name))];
        if (table.Count(c => c == '\n') <= MostLines || verdicts.Length == 0)
            return table;

        var (severalPools, labels) = (verdicts.Select(v => v.Train).Distinct().Count() > 1, new RunLabels(metrics.OverSeeds.Values));
        var halved = verdicts.Any(v => v.Prompts > 0);
        string[] head = ["", halved ? "leads on half of the prompts" : "leads", "precision@k",
            $"{(verdicts[0].Metric == ResultTable.Judged ? "judged score" : "cross-entropy gap")}{(halved ? " on the others" : "")}", "random", "verdict"];
        var lines = verdicts.Select(verdict => new[]
        {
            severalPools ? $"{verdict.Train} -> {verdict.Eval}" : verdict.Eval,
            labels.Of(metrics.OverSeeds[verdict.Leader]),
            Number(metrics.OverSeeds[verdict.Leader].Metrics.GetValueOrDefault(ResultTable.Precision)),
            $"{(verdict.Before is { } before ? $"{Number(before)} -> " : "")}{ResultTable.Mean(verdict.Score, verdict.ScoreSd)}",
            Number(verdict.Random),
            verdict.Text,
        }).Prepend(head).ToArray();
        var used = Enumerable.Range(0, head.Length).Where(c => lines.Skip(1).Any(line => line[c].Length > 0)).ToList();
        // Columns that do not fit are only in the full table; the verdict stays.
        while (used.Count > 3 && used.Sum(c => Width(c) + 3) > MostColumns)
            used.RemoveAt(used.Count - 2);
        return string.Concat(lines.Select(line => ("  " + string.Join("   ",
            used.Select(c => c is 0 or 1 or 5 ? line[c].PadRight(Width(c)) : line[c].PadLeft(Width(c))))).TrimEnd() + "\n"))
            + $"  all {metrics.Runs.Count} runs: {ResultTable.File}\n";

        int Width(int column) => lines.Max(line => line[column].Length);
    }

    private static string Number(double? value) => value?.ToString("0.00", CultureInfo.InvariantCulture) ?? "";
}
