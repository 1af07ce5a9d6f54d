using System.Globalization;
using System.Text;
using Attribution.Contracts;
using Attribution.Pipeline.Results;
using Attribution.Pipeline.Snapshots;
using Attribution.Pipeline.Verdicts;

namespace Attribution.Pipeline.GroundTruth;

/// <summary>
/// The k-curves as plain text that fits a screen: for each evaluation set and method, the results of training on the first k rows, on the last k, and on k
/// random rows; means over seeds, with 95% intervals.
/// </summary>
internal static class CurveTable
{
    private const string Indent = "  ", Between = "   ", Nothing = "-";

    private const int Screen = 160;

    private static readonly (string Metric, string Title)[] Columns = [(ResultTable.Judged, "judged score"), (ResultTable.Gap, "cross-entropy gap")];

    /// <summary>The table; empty if no run used the last rows.</summary>
    public static string Of(Metrics metrics)
    {
        var runs = metrics.OverSeeds.Values.ToArray();
        var text = new StringBuilder();
        foreach (var (metric, title) in Columns)
            foreach (var section in runs.Where(run => Text(run, "end") is not null && run.Metrics.GetValueOrDefault(metric) is not null).GroupBy(run =>
                (Train: Text(run, "train"), Eval: Text(run, "eval"))))
            {
                var random = runs.Where(run => Text(run, "attribution") == JobKey.Random && Text(run, "train") == section.Key.Train
                    && Text(run, "eval") == section.Key.Eval).ToArray();
                var (full, brief) = (Lines(section, random, metric, intervals: true), Lines(section, random, metric, intervals: false));
                // With many k the intervals are in metrics.json alone.
                var fits = full.Any(line => line.Contains('[', StringComparison.Ordinal)) && full.All(line => line.Length <= Screen);
                text.Append(CultureInfo.InvariantCulture, $"{title} after training on the first and the last k rows{(fits ? ", 95% intervals" : "")}, "
                    + $"{section.Key.Train} -> {section.Key.Eval}\n").AppendJoin('\n', fits ? full : brief).Append('\n');
            }
        return text.ToString();
    }

    private static string[] Lines(IEnumerable<RunMetrics> section, RunMetrics[] random, string metric, bool intervals)
    {
        int[] ks = [.. section.Select(K).Distinct().Order()];
        var severalScorings = section.Select(run => Text(run, "scoring_method")).OfType<string>().Distinct().Count() > 1;
        var lines = new List<string[]> { (string[])["", "", .. ks.Select(k => $"k = {k}")] };
        foreach (var method in section.GroupBy(run => (Text(run, "attribution"), Text(run, "selection"), Text(run, "layer"), Text(run, "scoring_method"))))
        {
            var name = (method.Key.Item2 is { } selection ? $"{method.Key.Item1} x {selection}" : method.Key.Item1!)
                + (severalScorings && method.Key.Item4 is { } scoring ? $", {scoring}" : "");
            lines.Add([name, "first", .. ks.Select(k => Cell(method, k, RankingEndNames.Top))]);
            lines.Add(["", "last", .. ks.Select(k => Cell(method, k, RankingEndNames.Bottom))]);
        }
        if (random.Length > 0)
            lines.Add(["random", "", .. ks.Select(k => Cell(random, k, null))]);
        var widths = Enumerable.Range(0, lines[0].Length).Select(c => lines.Max(line => line[c].Length)).ToArray();
        return [.. lines.Select(line => (Indent + line[0].PadRight(widths[0]) + Between + line[1].PadRight(widths[1])
            + string.Concat(line.Skip(2).Select((cell, c) => Between + cell.PadLeft(widths[c + 2])))).TrimEnd())];

        // Runs that differ in another axis have a mean, but no common interval.
        string Cell(IEnumerable<RunMetrics> of, int k, string? end)
        {
            var found = of.Where(run => K(run) == k && Text(run, "end") == end && run.Metrics.GetValueOrDefault(metric) is not null).ToArray();
            if (found.Length == 0)
                return Nothing;
            var mean = Number(found.Average(run => run.Metrics[metric]!.Value));
            return intervals && found is [var one] && one.Metrics.GetValueOrDefault(metric + SeedGroup.Lower) is { } lower
                && one.Metrics.GetValueOrDefault(metric + SeedGroup.Upper) is { } upper ? $"{mean} [{Number(lower)}, {Number(upper)}]" : mean;
        }
    }

    private static string Number(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static int K(RunMetrics run) => (int?)run.Settings.GetValueOrDefault("top_k") ?? 0;

    private static string? Text(RunMetrics run, string name) => run.Settings.GetValueOrDefault(name)?.ToString();
}
