using System.Text.Json;
using System.Text.Json.Serialization;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Pipeline.Grid;

namespace Attribution.Pipeline.Results;

/// <summary>What a stage has made: its <c>.result.json</c>, which the stages behind it read.</summary>
internal sealed record StageResult(string Stage, IReadOnlyList<JobResult> Jobs)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
    };

    /// <summary>The file's text.</summary>
    public string Write() => JsonSerializer.Serialize(this, Options) + "\n";

    /// <summary>Reads the result of a stage.</summary>
    /// <exception cref="AttributionException">ATTR1952: it is not there or is no result.</exception>
    public static StageResult Read(string path, string stage)
    {
        try
        {
            return JsonSerializer.Deserialize<StageResult>(File.ReadAllBytes(path), Options)!;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new AttributionException(ErrorCodes.UpstreamMissing,
                $"There is no result of {stage} to go on from: {e.Message} Run {stage} first (a build does).", e)
            { File = path };
        }
    }

    /// <summary>The job of a key.</summary>
    /// <exception cref="AttributionException">ATTR1952: there is none.</exception>
    public JobResult Get(JobKey key) => Find(key) ?? throw new AttributionException(ErrorCodes.UpstreamMissing,
        $"{Stage} has no result for '{key}'; it has {string.Join(", ", Jobs.Select(j => $"'{j.Key}'"))}. Run {Stage} with the same datasets and methods "
            + $"first.");

    /// <summary>The job of a key, if there is one.</summary>
    public JobResult? Find(JobKey key) => Jobs.FirstOrDefault(j => j.Key == key);

    /// <summary>Of the result of selection, the job whose rows a run was trained on: it is at the run's place on the axes that it depends on.</summary>
    /// <exception cref="AttributionException">ATTR1952: there is none.</exception>
    public JobResult SelectionOf(JobKey run)
    {
        var key = run with { Part = null, Point = run.Point?.SelectionPart().OrNull() };
        return Find(key) ?? Get(key.AnySeed);
    }
}

/// <summary>A finished job.</summary>
/// <param name="Key">Which.</param>
/// <param name="Artifact">Its artifact's folder in the store: <c>stage/fingerprint</c>.</param>
/// <param name="Outputs">The artifact's files.</param>
internal sealed record JobResult(JobKey Key, string Artifact, IReadOnlyList<OutputFile> Outputs)
{
    /// <summary>For a dataset, the path it was read from: what an error in a row should name.</summary>
    public string? Source { get; init; }

    /// <summary>Where a run is on every axis, also on those that its key does not name.</summary>
    public RunPoint? Values { get; init; }

    /// <summary>Where a run is in the grid.</summary>
    [JsonIgnore]
    public GridPoint Point => new(Key.Point ?? new(), Values ?? new());
}

/// <summary>What a stage did the last time, for people and tests; no stage reads it.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Jobs">Its jobs; equal ones count once.</param>
/// <param name="Ran">How many of them were computed.</param>
/// <param name="BlocksRan">Blocks of rows that were computed, where the stage works by blocks and had something to do.</param>
/// <param name="Blocks">All blocks of the datasets that were worked on.</param>
/// <param name="ModelLoaded">Whether the model was loaded.</param>
/// <param name="Seconds">How long the stage took.</param>
internal sealed record StageSummary(string Stage, int Jobs, int Ran, int BlocksRan, int Blocks, bool ModelLoaded, double Seconds)
{
    /// <summary>When it was done, in UTC.</summary>
    public DateTime? Ended { get; init; }
}
