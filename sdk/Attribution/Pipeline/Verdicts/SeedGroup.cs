using System.Text.Json.Nodes;
using Attribution.Contracts;
using Attribution.Evaluation.Statistics;
using Attribution.Pipeline.Snapshots;
using MathNet.Numerics.Statistics;

namespace Attribution.Pipeline.Verdicts;

/// <summary>The runs that differ only in the seed.</summary>
/// <param name="Name">Their common name, without the seed.</param>
/// <param name="Runs">The metrics of each seed's run.</param>
/// <param name="Cells">The scores that the runs are compared by; empty if there are none.</param>
/// <param name="Before">The base model's scores.</param>
internal sealed record SeedGroup(string Name, IReadOnlyList<RunMetrics> Runs, IReadOnlyList<ScoredCell> Cells, IReadOnlyList<ScoredCell> Before)
{
    /// <summary>What the names of the ends of a metric's 95% interval end with.</summary>
    public const string Lower = "_lower", Upper = "_upper";

    private static readonly string[] OfBaselines = [ResultTable.Random, ResultTable.None], WithoutDeviation = [RunCurves.Before, Lower, Upper];

    /// <summary>A setting that all runs share.</summary>
    public string? Setting(string name) => Runs[0].Settings.GetValueOrDefault(name)?.ToString();

    /// <summary>Whether the rows were chosen by some scores: the first of the ranking, or the last for a k-curve.</summary>
    public bool IsChosen => !OfBaselines.Contains(Setting("attribution"));

    /// <summary>Whether the rows are the best by some scores, and so neither a random draw nor the last rows of a k-curve.</summary>
    public bool IsScored => IsChosen && Setting("end") != RankingEndNames.Bottom;

    /// <summary>
    /// The mean of each metric over the seeds and, where there are several, its standard deviation, <c>…_sd</c>; of an interval's ends the means alone.
    /// </summary>
    public RunMetrics OverSeeds()
    {
        var settings = Runs[0].Settings.Where(s => s.Key != "seed").ToDictionary();
        settings["seeds"] = new JsonArray([.. Runs.Select(run => run.Settings.GetValueOrDefault("seed")?.DeepClone())]);
        var metrics = new Dictionary<string, double?>();
        foreach (var name in Runs.SelectMany(run => run.Metrics.Keys).Distinct())
        {
            double[] values = [.. Runs.Select(run => run.Metrics.GetValueOrDefault(name)).OfType<double>()];
            metrics[name] = values.Length == 0 ? null : values.Average();
            if (values.Length > 1 && !WithoutDeviation.Any(end => name.EndsWith(end, StringComparison.Ordinal)))
                metrics[name + Deviation] = values.StandardDeviation();
        }
        return new RunMetrics(settings, metrics);
    }

    /// <summary>The suffix of a metric's standard deviation over seeds.</summary>
    public const string Deviation = "_sd";

    /// <summary>The suffix of a metric's difference from the random draw. The ends of its interval also have <c>_lower</c> and <c>_upper</c>.</summary>
    public const string OverRandom = "_over_random";
}
