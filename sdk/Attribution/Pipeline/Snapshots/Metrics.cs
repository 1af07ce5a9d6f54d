using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Attribution.Diagnostics;
using Attribution.Pipeline.Verdicts;

namespace Attribution.Pipeline.Snapshots;

/// <summary>The metrics of an experiment: <c>metrics.json</c> and its snapshots.</summary>
/// <param name="Runs">By the runs' names, in the order of the experiment.</param>
internal sealed record Metrics(IReadOnlyDictionary<string, RunMetrics> Runs)
{
    public const string File = "metrics.json";

    /// <summary>
    /// The runs over their seeds, by what their names have in common: means and, as <c>…_sd</c>, standard deviations; null where there is one seed.
    /// </summary>
    public IReadOnlyDictionary<string, RunMetrics>? Groups { get; init; }

    /// <summary>What can be said of the runs; null where nothing can be compared.</summary>
    public IReadOnlyList<Verdict>? Verdicts { get; init; }

    /// <summary>A line for each point of the grid: runs over their seeds.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, RunMetrics> OverSeeds => Groups ?? Runs;

    /// <summary>
    /// What is kept in git: the lines of <see cref="OverSeeds"/>, since single seeds say little and are many, and the verdicts. Of these the scores are
    /// compared, and not the words, which follow from them and may turn on another machine where a run is barely told from another.
    /// </summary>
    public Metrics ToSnapshot() => new(OverSeeds) { Verdicts = Verdicts };

    /// <summary>These with what is no run and has no seed.</summary>
    public Metrics With(IReadOnlyDictionary<string, RunMetrics> others) => others.Count == 0 ? this
        : this with { Runs = Runs.Concat(others).ToDictionary(), Groups = Groups?.Concat(others).ToDictionary() };

    /// <summary>Those of some runs alone, and the verdicts.</summary>
    public Metrics Where(Func<RunMetrics, bool> suits) => this with
    {
        Runs = Runs.Where(run => suits(run.Value)).ToDictionary(),
        Groups = Groups?.Where(run => suits(run.Value)).ToDictionary()
    };

    /// <summary>The file's text: numbers in full, lines that can be compared.</summary>
    public string Write() => JsonSerializer.Serialize(this, Readable.Indented) + "\n";

    /// <summary>Reads such a file.</summary>
    /// <exception cref="AttributionException">ATTR1702: it is not one.</exception>
    public static Metrics Read(string path) => Parse(System.IO.File.ReadAllText(path), path);

    /// <summary>Reads the text of such a file.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">Where it is from.</param>
    /// <exception cref="AttributionException">ATTR1702: it is not one.</exception>
    public static Metrics Parse(string text, string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Metrics>(text,
                new JsonSerializerOptions(Readable.Line) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true })!;
        }
        catch (JsonException e)
        {
            throw new AttributionException(ErrorCodes.SnapshotInvalid,
                $"'{path}' holds no metrics: {e.Message} Restore it, or delete it and accept the present metrics with -p:AcceptSnapshot=true.",
                e)
            { File = path };
        }
    }
}

/// <summary>A run's settings, which are compared as they are, and metrics, which are compared within a tolerance.</summary>
internal sealed record RunMetrics(IReadOnlyDictionary<string, JsonNode?> Settings, IReadOnlyDictionary<string, double?> Metrics);
