using Attribution.Pipeline.Grid;
using Attribution.Pipeline.Results;
using Attribution.Pipeline.Snapshots;

namespace Attribution.Pipeline;

/// <summary>Short names of runs for tables: the methods, and whatever else distinguishes the runs.</summary>
/// <param name="runs">All runs of a table.</param>
internal sealed class RunLabels(IEnumerable<RunMetrics> runs)
{
    private static readonly (string Setting, string Mark)[] Marks =
        [("layer", "layer"), .. RunAxis.All.Where(axis => axis != RunAxis.Seed).Select(axis => (axis.Setting, axis.Mark))];

    // Only a setting with several values is an axis: a layer that some runs have and others cannot have does not count.
    private readonly (string Setting, string Mark)[] _axes = [.. Marks.Where(mark =>
        runs.Where(run => Setting(run, "attribution") != JobKey.None).Select(run =>
            run.Settings.GetValueOrDefault(mark.Setting)?.ToString()).OfType<string>().Distinct().Count() > 1)];

    /// <summary>The settings that have several values.</summary>
    public IEnumerable<string> Axes => _axes.Select(axis => axis.Setting);

    /// <summary>The run's label, for example <c>residual_diff x residual_change k50 lr0.001</c>.</summary>
    public string Of(RunMetrics run)
    {
        var methods = Setting(run, "selection") is { } selection ? $"{Setting(run, "attribution")} x {selection}" : Setting(run, "attribution")!;
        return PointOf(run) is { } point ? $"{methods} {point}" : methods;
    }

    /// <summary>The part of the label that distinguishes runs of the same methods; null if there is none.</summary>
    public string? PointOf(RunMetrics run)
    {
        string[] marks = [.. _axes.Where(axis => Setting(run, axis.Setting) is not null && Setting(run, "attribution") != JobKey.None)
            .Select(axis => $"{axis.Mark}{Setting(run, axis.Setting)}")];
        return marks.Length == 0 ? null : string.Join(' ', marks);
    }

    private static string? Setting(RunMetrics run, string name) => run.Settings.GetValueOrDefault(name)?.ToString();
}
