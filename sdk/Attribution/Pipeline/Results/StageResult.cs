using System.Text.Json;
using System.Text.Json.Serialization;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Pipeline.Grid;

namespace Attribution.Pipeline.Results;

/// <summary>The results of a stage: its <c>.result.json</c>, which the stages after it read.</summary>
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
    /// <exception cref="AttributionException">ATTR1952: the file is missing or is not a result.</exception>
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

    /// <summary>The job with this key.</summary>
    /// <exception cref="AttributionException">ATTR1952: there is no such job.</exception>
    public JobResult Get(JobKey key) => Find(key) ?? throw new AttributionException(ErrorCodes.UpstreamMissing,
        $"{Stage} has no result for '{key}'; it has {string.Join(", ", Jobs.Select(j => $"'{j.Key}'"))}. Run {Stage} with the same datasets and methods "
            + $"first.");

    /// <summary>The job with this key; null if there is none.</summary>
    public JobResult? Find(JobKey key) => Jobs.FirstOrDefault(j => j.Key == key);

    /// <summary>In the result of selection: the job whose rows a run was trained on. It has the run's values on the axes that a selection depends on.</summary>
    /// <exception cref="AttributionException">ATTR1952: there is no such job.</exception>
    public JobResult SelectionOf(JobKey run)
    {
        var key = run with { Part = null, Point = run.Point?.SelectionPart().OrNull() };
        return Find(key) ?? Get(key.AnySeed);
    }
}

/// <summary>A finished job.</summary>
/// <param name="Key">Identifies the job.</param>
/// <param name="Artifact">The artifact's folder in the store: <c>stage/fingerprint</c>.</param>
/// <param name="Outputs">The artifact's files.</param>
internal sealed record JobResult(JobKey Key, string Artifact, IReadOnlyList<OutputFile> Outputs)
{
    /// <summary>For a dataset, the path that it was read from, which errors in a row name.</summary>
    public string? Source { get; init; }

    /// <summary>The run's value on every axis, also on those that the key leaves out.</summary>
    public RunPoint? Values { get; init; }

    /// <summary>The run's place in the grid.</summary>
    [JsonIgnore]
    public GridPoint Point => new(Key.Point ?? new(), Values ?? new());
}

/// <summary>Summary of a stage's last run, for people and tests; no stage reads it.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Jobs">The number of jobs; equal ones count once.</param>
/// <param name="Ran">The number of jobs that were computed.</param>
/// <param name="BlocksRan">The number of blocks that were computed; 0 if the stage does not work by blocks or had nothing to do.</param>
/// <param name="Blocks">The number of blocks in the datasets that were processed.</param>
/// <param name="ModelLoaded">Whether the model was loaded.</param>
/// <param name="Seconds">The duration in seconds.</param>
internal sealed record StageSummary(string Stage, int Jobs, int Ran, int BlocksRan, int Blocks, bool ModelLoaded, double Seconds)
{
    /// <summary>The end of the run, in UTC.</summary>
    public DateTime? Ended { get; init; }
}
