using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Attribution.Pipeline;
using Attribution.Pipeline.GroundTruth;
using Attribution.Pipeline.Results;
using Attribution.Pipeline.Snapshots;
using Attribution.Pipeline.Verdicts;

namespace Attribution.Reporting.Overview;

/// <summary>Several experiments and variants on one page.</summary>
/// <param name="Experiments">The experiments, in the order in which they were named.</param>
internal sealed record ExperimentsOverview(IReadOnlyList<ReportedOutputs> Experiments)
{
    /// <summary>The metric that the page adds: how far training moved the cross-entropy gap.</summary>
    public const string GapChange = "gap_change";

    /// <summary>Every line of every experiment's metrics: the runs over their seeds, and everything else that was measured.</summary>
    public IReadOnlyList<OverviewLine> Lines { get; } = [.. Experiments.SelectMany((experiment, place) => LinesOf(experiment, place))];

    private static IEnumerable<OverviewLine> LinesOf(ReportedOutputs experiment, int place)
    {
        var labels = new RunLabels(GroundTruthMetrics.RunsOf(experiment.Metrics).OverSeeds.Values);
        var verdicts = (experiment.Metrics.Verdicts ?? []).GroupBy(verdict => verdict.Leader).ToDictionary(group => group.Key, group => group.First());
        foreach (var (name, run) in experiment.Metrics.OverSeeds)
        {
            var verdict = verdicts.GetValueOrDefault(name);
            yield return new OverviewLine(place, name, SetOf(run), MethodOf(run) is { Length: > 0 } method ? method : name, Settings(run), Metrics(run))
            {
                Point = run.Settings.ContainsKey(GroundTruthMetrics.Setting) ? null : labels.PointOf(run),
                Seeds = run.Settings.GetValueOrDefault("seeds") is JsonArray seeds ? seeds.Count : 1,
                Verdict = verdict,
            };
        }
    }

    private static string SetOf(RunMetrics run) => Text(run, "dataset")
        ?? (Text(run, "train") is { } train ? $"{train} → {Text(run, "eval")}" : Text(run, "eval") ?? "");

    private static string MethodOf(RunMetrics run) => (Text(run, "method") ?? Text(run, "attribution") ?? "")
        + (Text(run, "selection") is { } selection ? $" × {selection}" : "") + (Text(run, GroundTruthMetrics.Setting) is { } truth ? $", {truth}" : "");

    private static Dictionary<string, string> Settings(RunMetrics run) =>
        run.Settings.Where(setting => setting.Value is not null).ToDictionary(setting => setting.Key, setting => Listed(setting.Value!));

    private static string Listed(JsonNode value) =>
        value is JsonArray list ? string.Join(", ", list.Select(item => item?.ToString())) : value.ToString();

    // The change of the gap by training, which gaps are compared by.
    private static Dictionary<string, double> Metrics(RunMetrics run)
    {
        var metrics = run.Metrics.Where(metric => metric.Value is not null).ToDictionary(metric => metric.Key, metric => metric.Value!.Value);
        if (metrics.TryGetValue(ResultTable.Gap, out var gap) && metrics.TryGetValue(ResultTable.GapBefore, out var before) && double.IsFinite(gap - before))
            metrics[GapChange] = gap - before;
        return metrics;
    }

    private static string? Text(RunMetrics run, string name) => run.Settings.GetValueOrDefault(name) is { } value
        ? value is JsonValue number && number.TryGetValue<double>(out var d) ? d.ToString(CultureInfo.InvariantCulture) : value.ToString() : null;
}

/// <summary>The outputs of an experiment or one of its variants.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Variant">The variant; null for the experiment without a variant.</param>
/// <param name="Report">The address of its report, relative to the page; null if there is none.</param>
/// <param name="Metrics">Its metrics.</param>
internal sealed record ReportedOutputs(string Name, string? Variant, string? Report, Metrics Metrics)
{
    /// <summary>What people call it.</summary>
    public string Title => Variant is null ? Name : $"{Name} ({Variant})";
}

/// <summary>A line of the table.</summary>
/// <param name="Experiment">The position of its experiment in the list.</param>
/// <param name="Name">The run's name in <c>metrics.json</c>.</param>
/// <param name="Set">The data that it was measured on: the training and the evaluation set, or the dataset.</param>
/// <param name="Method">Its methods.</param>
/// <param name="Settings">Its settings.</param>
/// <param name="Metrics">Its metrics; with several seeds the means and, as <c>…_sd</c>, standard deviations.</param>
internal sealed record OverviewLine(int Experiment, string Name, string Set, string Method, IReadOnlyDictionary<string, string> Settings,
    IReadOnlyDictionary<string, double> Metrics)
{
    /// <summary>The part of its label that distinguishes it from other runs of its methods.</summary>
    public string? Point { get; init; }

    /// <summary>The number of seeds.</summary>
    public required int Seeds { get; init; }

    /// <summary>The verdict, if it leads its evaluation set.</summary>
    [JsonIgnore]
    public Verdict? Verdict { get; init; }
}
