using System.Globalization;
using System.Text;
using Attribution.Contracts;
using Attribution.Pipeline.Results;
using Attribution.Pipeline.Snapshots;

namespace Attribution.Pipeline.GroundTruth;

/// <summary>
/// The k-curves as plain text that fits a screen: for each evaluation set and method, the results of training on the first k rows, on the last k, and on k
/// random rows; means over seeds.
/// </summary>
internal static class CurveTable
{
    private const string Indent = "  ", Between = "   ", Nothing = "-";

    /// <summary>The table; empty if no run used the last rows.</summary>
    public static string Of(Metrics metrics)
    {
        var runs = metrics.Runs.Values.ToArray();
        var curves = runs.Where(run => Text(run, "end") is not null).ToArray();
        var text = new StringBuilder();
        foreach (var (metric, title) in ((string, string)[])[(ResultTable.Judged, "judged score"), (ResultTable.Gap, "cross-entropy gap")])
            foreach (var section in curves.Where(run => run.Metrics.GetValueOrDefault(metric) is not null).GroupBy(run =>
                (Train: Text(run, "train"), Eval: Text(run, "eval"))))
            {
                int[] ks = [.. section.Select(K).Distinct().Order()];
                text.Append(CultureInfo.InvariantCulture, $"{title} after training on k rows, {section.Key.Train} -> "
                    + $"{section.Key.Eval}: the first / the last\n");
                var severalScorings = section.Select(run => Text(run, "scoring_method")).OfType<string>().Distinct().Count() > 1;
                var lines = new List<string[]> { (string[])["", .. ks.Select(k => $"k = {k}")] };
                foreach (var method in section.GroupBy(run =>
                    (Text(run, "attribution"), Text(run, "selection"), Text(run, "layer"), Text(run, "scoring_method"))))
                    lines.Add([(method.Key.Item2 is { } selection ? $"{method.Key.Item1} x {selection}" : method.Key.Item1!)
                        + (severalScorings && method.Key.Item4 is { } scoring ? $", {scoring}" : ""),
                            .. ks.Select(k => $"{Mean(method, k, RankingEndNames.Top)} / {Mean(method, k, RankingEndNames.Bottom)}")]);
                var random = runs.Where(run => Text(run, "attribution") == JobKey.Random && Text(run, "train") == section.Key.Train
                    && Text(run, "eval") == section.Key.Eval).ToArray();
                if (random.Length > 0)
                    lines.Add(["random", .. ks.Select(k => Mean(random, k, null))]);
                var widths = Enumerable.Range(0, lines[0].Length).Select(c => lines.Max(line => line[c].Length)).ToArray();
                foreach (var line in lines)
                    text.Append((Indent + line[0].PadRight(widths[0])
                        + string.Concat(line.Skip(1).Select((cell, c) => Between + cell.PadLeft(widths[c + 1])))).TrimEnd()).Append('\n');

                string Mean(IEnumerable<RunMetrics> of, int k, string? end) => of.Where(run => K(run) == k && Text(run, "end") == end)
                    .Select(run => run.Metrics.GetValueOrDefault(metric)).OfType<double>().ToArray() is { Length: > 0 } values
                    ? values.Average().ToString("0.00", CultureInfo.InvariantCulture) : Nothing;
            }
        return text.ToString();
    }

    private static int K(RunMetrics run) => (int?)run.Settings.GetValueOrDefault("top_k") ?? 0;

    private static string? Text(RunMetrics run, string name) => run.Settings.GetValueOrDefault(name)?.ToString();
}
