using System.Text.Json.Nodes;
using Attribution.Pipeline.Snapshots;

namespace Attribution.Worker.Querying;

/// <summary>The settings of runs, which are joined to the files that belong to them.</summary>
/// <param name="metrics">The experiment's metrics; null if the last build did not compute them.</param>
internal sealed class RunSettings(Metrics? metrics)
{
    private const string BaseModel = "base_model/", Seed = "seed";

    /// <summary>The settings, in the order of <see cref="QueryTables"/>.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["train", "eval", "attribution", "selection", "layer", "scoring_method", "top_k", "end", "learning_rate", "epochs", "lora_rank", Seed];

    // The names in context attribution.
    private static readonly Dictionary<string, string> InContexts = new() { ["eval"] = "dataset", ["attribution"] = "method" };

    /// <summary>The settings of a run in <c>metrics.json</c>.</summary>
    public static IReadOnlyList<JsonNode?> Of(RunMetrics run) => [.. Names.Select(name => Of(run, name))];

    /// <summary>
    /// The settings for a folder: those of a run; for a selection that several runs share, what these have in common; or those of the base model's answers.
    /// </summary>
    public IReadOnlyList<JsonNode?> OfFolder(string folder)
    {
        var runs = metrics?.Runs ?? new Dictionary<string, RunMetrics>();
        if (runs.TryGetValue(folder, out var own))
            return Of(own);
        if (folder.StartsWith(BaseModel, StringComparison.Ordinal))
        {
            string[] parts = folder[BaseModel.Length..].Split('/');
            var common = Common([.. runs.Values.Where(run => (string?)Of(run, "eval") == parts[0])], Seed);
            var seed = parts.Length > 1 && parts[1].StartsWith(Seed, StringComparison.Ordinal) && long.TryParse(parts[1][Seed.Length..], out var named)
                ? named : common;
            return [.. Names.Select(name => name switch { "eval" => parts[0], "attribution" => "none", Seed => seed, _ => null })];
        }
        RunMetrics[] below = [.. runs.Where(run => run.Key.StartsWith(folder + "/", StringComparison.Ordinal)).Select(run => run.Value)];
        return [.. Names.Select(name => Common(below, name))];
    }

    private static JsonNode? Common(RunMetrics[] runs, string name) =>
        runs.Length > 0 && runs.All(run => JsonNode.DeepEquals(Of(run, name), Of(runs[0], name))) ? Of(runs[0], name) : null;

    private static JsonNode? Of(RunMetrics run, string name) =>
        run.Settings.GetValueOrDefault(name) ?? (InContexts.TryGetValue(name, out var other) ? run.Settings.GetValueOrDefault(other) : null);
}
