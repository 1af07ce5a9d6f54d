using System.Text.Json.Nodes;
using Attribution.Pipeline.Snapshots;

namespace Attribution.Worker.Comparison;

/// <summary>A run of one experiment and its counterpart in another.</summary>
/// <param name="A">The run's name in the first.</param>
/// <param name="B">Its name in the second.</param>
/// <param name="RunA">The first's.</param>
/// <param name="RunB">The second's.</param>
internal sealed record RunPair(string A, string B, RunMetrics RunA, RunMetrics RunB)
{
    /// <summary>The settings that differ, in their order.</summary>
    public IEnumerable<(string Name, JsonNode? A, JsonNode? B)> ChangedSettings =>
        RunA.Settings.Keys.Union(RunB.Settings.Keys)
            .Select(name => (Name: name, A: RunA.Settings.GetValueOrDefault(name), B: RunB.Settings.GetValueOrDefault(name)))
            .Where(s => !JsonNode.DeepEquals(s.A, s.B));

    /// <summary>All metrics of either, in their order; null where a run lacks one.</summary>
    public IEnumerable<(string Name, double? A, double? B)> Metrics =>
        RunA.Metrics.Keys.Union(RunB.Metrics.Keys).Select(name => (name, RunA.Metrics.GetValueOrDefault(name), RunB.Metrics.GetValueOrDefault(name)));

    /// <summary>A setting, if both runs have it and agree.</summary>
    public string? Common(string setting) =>
        RunA.Settings.GetValueOrDefault(setting) is { } a && JsonNode.DeepEquals(a, RunB.Settings.GetValueOrDefault(setting)) ? a.ToString() : null;
}
