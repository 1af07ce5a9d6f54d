using System.Globalization;
using System.Text.Json.Nodes;

namespace Attribution.Pipeline.Snapshots;

/// <summary>A difference between a metric and its snapshot.</summary>
/// <param name="Run">The run.</param>
/// <param name="Metric">The metric or setting; null if the run as a whole is new or gone.</param>
/// <param name="Expected">The value in the snapshot.</param>
/// <param name="Got">The current value.</param>
/// <param name="Tolerance">The allowed difference; null if none is allowed.</param>
internal sealed record SnapshotDifference(string Run, string? Metric, string Expected, string Got, double? Tolerance)
{
    /// <inheritdoc/>
    public override string ToString() => Metric is null
        ? $"run {Run}: expected {Expected}, got {Got}"
        : $"{Metric} of {Run}: expected {Expected}, got {Got}"
            + (Tolerance is { } tolerance ? string.Create(CultureInfo.InvariantCulture, $", tolerance {tolerance}") : "");

    /// <summary>All differences, in the order of the runs.</summary>
    public static IReadOnlyList<SnapshotDifference> Between(Metrics expected, Metrics got, Tolerances tolerances)
    {
        var differences = new List<SnapshotDifference>();
        foreach (var (name, run) in expected.Runs)
        {
            if (!got.Runs.TryGetValue(name, out var now))
            {
                differences.Add(new(name, null, "the run", "none", null));
                continue;
            }
            foreach (var setting in run.Settings.Keys.Union(now.Settings.Keys))
                if (!JsonNode.DeepEquals(run.Settings.GetValueOrDefault(setting), now.Settings.GetValueOrDefault(setting)))
                    differences.Add(new(name, setting, Text(run.Settings.GetValueOrDefault(setting)), Text(now.Settings.GetValueOrDefault(setting)), null));
            foreach (var metric in run.Metrics.Keys.Union(now.Metrics.Keys))
            {
                var (e, g) = (run.Metrics.GetValueOrDefault(metric), now.Metrics.GetValueOrDefault(metric));
                var tolerance = tolerances.Of(name, metric) * Math.Max(1, Math.Abs(e ?? 0));
                if (e is null != g is null || Math.Abs((e ?? 0) - (g ?? 0)) > tolerance)
                    differences.Add(new(name, metric, Text(e), Text(g), tolerance));
            }
        }
        foreach (var verdict in expected.Verdicts ?? [])
        {
            var (name, now) = ($"the verdict of {verdict.Name}", (got.Verdicts ?? []).FirstOrDefault(v => v.Name == verdict.Name));
            var tolerance = tolerances.Of(name, verdict.Metric) * Math.Max(1, Math.Abs(verdict.Score));
            if (now is null || Math.Abs(verdict.Score - now.Score) > tolerance)
                differences.Add(new(name, "score", Text(verdict.Score), Text(now?.Score), tolerance));
        }
        differences.AddRange(got.Runs.Keys.Where(name => !expected.Runs.ContainsKey(name)).Select(name =>
            new SnapshotDifference(name, null, "none", "the run", null)));
        return differences;
    }

    private static string Text(object? value) => value switch
    {
        null => "none",
        JsonNode node => node.ToJsonString(),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
