using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Pipeline.Verdicts;

namespace Attribution.Pipeline.Snapshots;

/// <summary>The metrics of an experiment: <c>metrics.json</c> and its snapshots.</summary>
/// <param name="Runs">The runs by name, in the experiment's order.</param>
internal sealed record Metrics(IReadOnlyDictionary<string, RunMetrics> Runs)
{
    public const string File = "metrics.json";

    /// <summary>The runs over their seeds, by their common name: means and, as <c>…_sd</c>, standard deviations; null with one seed.</summary>
    public IReadOnlyDictionary<string, RunMetrics>? Groups { get; init; }

    /// <summary>The verdicts; null if nothing can be compared.</summary>
    public IReadOnlyList<Verdict>? Verdicts { get; init; }

    /// <summary>One entry per point of the grid: the runs over their seeds.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, RunMetrics> OverSeeds => Groups ?? Runs;

    /// <summary>
    /// The part that is kept in git: the entries of <see cref="OverSeeds"/>, because single seeds are many and say little, and the verdicts. A verdict's score
    /// is compared, but not its text, which follows from the scores and may differ on another machine where two runs are close.
    /// </summary>
    public Metrics ToSnapshot() => new(OverSeeds) { Verdicts = Verdicts };

    /// <summary>These metrics together with others that are not runs and have no seeds.</summary>
    public Metrics With(IReadOnlyDictionary<string, RunMetrics> others) => others.Count == 0 ? this
        : this with { Runs = Runs.Concat(others).ToDictionary(), Groups = Groups?.Concat(others).ToDictionary() };

    /// <summary>The metrics of the runs that suit, and the verdicts.</summary>
    public Metrics Where(Func<RunMetrics, bool> suits) => this with
    {
        Runs = Runs.Where(run => suits(run.Value)).ToDictionary(),
        Groups = Groups?.Where(run => suits(run.Value)).ToDictionary()
    };

    /// <summary>The file's text: numbers in full precision, in a line-based layout for comparison.</summary>
    public string Write() => JsonSerializer.Serialize(this, Readable.Indented) + "\n";

    /// <summary>Reads a metrics file.</summary>
    /// <exception cref="AttributionException">ATTR1702: the file is not a metrics file.</exception>
    public static Metrics Read(string path)
    {
        FileIdentity.RequireFile(path);
        return Parse(System.IO.File.ReadAllText(path), path);
    }

    /// <summary>Reads the text of a metrics file.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">The path of the file, for error messages.</param>
    /// <exception cref="AttributionException">ATTR1702: the text is not a metrics file's.</exception>
    public static Metrics Parse(string text, string path)
    {
        try
        {
            var metrics = JsonSerializer.Deserialize<Metrics>(text,
                new JsonSerializerOptions(Readable.Line) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true })
                ?? throw new JsonException("It is null.");
            if (metrics.Runs.Values.Concat(metrics.Groups?.Values ?? []).Contains(null!) || metrics.Verdicts?.Contains(null!) == true)
                throw new JsonException("A run or a verdict is null.");
            // What cannot be written, such as half of a surrogate pair or a number without a finite value, would be found only where it is shown.
            _ = JsonSerializer.Serialize(metrics, Readable.Line);
            return metrics;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new AttributionException(ErrorCodes.SnapshotInvalid,
                $"'{path}' holds no metrics: {e.Message} Restore it, or delete it and accept the present metrics with -p:AcceptSnapshot=true.",
                e)
            { File = path };
        }
    }
}

/// <summary>A run's settings, which are compared exactly, and metrics, which are compared within a tolerance.</summary>
internal sealed record RunMetrics(IReadOnlyDictionary<string, JsonNode?> Settings, IReadOnlyDictionary<string, double?> Metrics);
