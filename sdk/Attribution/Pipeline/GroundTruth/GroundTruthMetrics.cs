using System.Text.Json.Nodes;
using Attribution.Contracts;
using Attribution.Data.Store;
using Attribution.Pipeline.Results;
using Attribution.Pipeline.Snapshots;

namespace Attribution.Pipeline.GroundTruth;

/// <summary>A method that was measured by retraining on subsets.</summary>
/// <param name="Key">Identifies the method.</param>
/// <param name="File">The file with its <see cref="MeasuredLds"/>.</param>
internal sealed record MeasuredMethod(JobKey Key, InputFile File)
{
    /// <summary>The method's name in results.</summary>
    public string Name => MeasureLdsStage.NameOf(Key);

    /// <summary>The method's name in tables.</summary>
    public string Title => string.Join(" x ", new[] { Key.Attribution, Key.Selection }.OfType<string>())
        + (Key.Point?.ScoringMethod is { } scoring ? $", {scoring}" : "");
}

/// <summary>The metrics that ground truth adds to those of an experiment's runs.</summary>
internal static class GroundTruthMetrics
{
    /// <summary>The setting that marks metrics of ground truth; no run has it.</summary>
    public const string Setting = "ground_truth";

    /// <summary>The methods that the experiment measured by retraining; empty if it did not.</summary>
    public static IReadOnlyList<MeasuredMethod> Read(StageContext context) => context.Settings.Upstream.Contains(MeasureLdsStage.Name)
        ? [.. context.Upstream(MeasureLdsStage.Name).Jobs.Select(job => new MeasuredMethod(job.Key, context.Input(job, MeasureLdsStage.LdsFile)))] : [];

    /// <summary>The metrics of a method.</summary>
    public static RunMetrics Of(MeasuredMethod method)
    {
        var (key, measured) = (method.Key, MeasuredLds.Read(method.File.Path));
        var settings = new Dictionary<string, JsonNode?>
        {
            [Setting] = GroundTruthNames.Lds,
            ["train"] = key.Train,
            ["eval"] = key.Eval,
            ["attribution"] = key.Attribution
        };
        if (key.Selection is { } selection)
            settings.Add("selection", selection);
        if (key.Layer is { } layer)
            settings.Add("layer", layer);
        if (key.Point?.ScoringMethod is { } scoring)
            settings.Add("scoring_method", scoring);
        settings.Add("subsets", measured.Subsets);
        settings.Add("seeds", measured.Seeds);
        settings.Add("row_scores", measured.IsBySetScores ? "set" : "row");
        var metrics = new Dictionary<string, double?>();
        Add("lds", measured.Lds);
        if (measured.PerRow is { } rows)
            Add("lds_per_row", rows);
        return new RunMetrics(settings, metrics);

        void Add(string name, ReadableInterval interval)
        {
            metrics.Add(name, interval.Estimate);
            metrics.Add($"{name}_lower", interval.Lower);
            metrics.Add($"{name}_upper", interval.Upper);
        }
    }

    /// <summary>The metrics of the runs only, without ground truth.</summary>
    public static Metrics RunsOf(Metrics metrics) => metrics.Where(run => !run.Settings.ContainsKey(Setting));
}
