using System.Text.Json.Nodes;
using Attribution.Contracts;
using Attribution.Evaluation.Statistics;
using Attribution.Pipeline.Snapshots;
using MathNet.Numerics.Statistics;

namespace Attribution.Pipeline.Verdicts;

/// <summary>The runs that differ in the seed alone.</summary>
/// <param name="Name">Their name, which says nothing of the seed.</param>
/// <param name="Runs">The metrics of each seed's run.</param>
/// <param name="Cells">The scores that they are compared by; none where there is nothing to compare.</param>
/// <param name="Before">The same of the base model.</param>
internal sealed record SeedGroup(string Name, IReadOnlyList<RunMetrics> Runs, IReadOnlyList<ScoredCell> Cells, IReadOnlyList<ScoredCell> Before)
{
    private static readonly string[] OfBaselines = [ResultTable.Random, ResultTable.None];

    /// <summary>A setting that all have.</summary>
    public string? Setting(string name) => Runs[0].Settings.GetValueOrDefault(name)?.ToString();

    /// <summary>Whether the rows are the best by some scores: no draw, and not the last of a k-curve.</summary>
    public bool IsScored => !OfBaselines.Contains(Setting("attribution")) && Setting("end") != RankingEndNames.Bottom;

    /// <summary>The mean of each metric over the seeds and, where there are several, its standard deviation, <c>…_sd</c>.</summary>
    public RunMetrics OverSeeds()
    {
        var settings = Runs[0].Settings.Where(s => s.Key != "seed").ToDictionary();
        settings["seeds"] = new JsonArray([.. Runs.Select(run => run.Settings.GetValueOrDefault("seed")?.DeepClone())]);
        var metrics = new Dictionary<string, double?>();
        foreach (var name in Runs.SelectMany(run => run.Metrics.Keys).Distinct())
        {
            double[] values = [.. Runs.Select(run => run.Metrics.GetValueOrDefault(name)).OfType<double>()];
            metrics[name] = values.Length == 0 ? null : values.Average();
            if (values.Length > 1 && !name.EndsWith(RunCurves.Before, StringComparison.Ordinal))
                metrics[name + Deviation] = values.StandardDeviation();
        }
        return new RunMetrics(settings, metrics);
    }

    /// <summary>What the name of a metric's standard deviation over seeds ends with.</summary>
    public const string Deviation = "_sd";

    /// <summary>What the name of a difference to the draw at random ends with; its interval has <c>_lower</c> and <c>_upper</c> besides.</summary>
    public const string OverRandom = "_over_random";
}
