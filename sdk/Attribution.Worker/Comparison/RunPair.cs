using System.Text.Json.Nodes;
using Attribution.Pipeline.Snapshots;

namespace Attribution.Worker.Comparison;

/// <summary>A run of one experiment and its counterpart in another.</summary>
/// <param name="A">The run's name in the first experiment.</param>
/// <param name="B">The run's name in the second experiment.</param>
/// <param name="RunA">The run in the first experiment.</param>
/// <param name="RunB">The run in the second experiment.</param>
internal sealed record RunPair(string A, string B, RunMetrics RunA, RunMetrics RunB)
{
    /// <summary>The settings that differ, in order.</summary>
    public IEnumerable<(string Name, JsonNode? A, JsonNode? B)> ChangedSettings =>
        RunA.Settings.Keys.Union(RunB.Settings.Keys)
            .Select(name => (Name: name, A: RunA.Settings.GetValueOrDefault(name), B: RunB.Settings.GetValueOrDefault(name)))
            .Where(s => !JsonNode.DeepEquals(s.A, s.B));

    /// <summary>The metrics of both runs, in order; null where a run lacks one.</summary>
    public IEnumerable<(string Name, double? A, double? B)> Metrics =>
        RunA.Metrics.Keys.Union(RunB.Metrics.Keys).Select(name => (name, RunA.Metrics.GetValueOrDefault(name), RunB.Metrics.GetValueOrDefault(name)));

    /// <summary>A setting's value, if both runs have it and agree; else null.</summary>
    public string? Common(string setting) =>
        RunA.Settings.GetValueOrDefault(setting) is { } a && JsonNode.DeepEquals(a, RunB.Settings.GetValueOrDefault(setting)) ? a.ToString() : null;
}
