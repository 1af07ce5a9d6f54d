using System.Text.Json;
using System.Text.Json.Serialization;
using Attribution.Diagnostics;

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
            throw new AttributionException(ErrorCodes.UpstreamMissing, $"There is no result of {stage} to go on from: {e.Message} Run {stage} first (a build does).", e) { File = path };
        }
    }

    /// <summary>The job of a key.</summary>
    /// <exception cref="AttributionException">ATTR1952: there is none.</exception>
    public JobResult Get(JobKey key) => Find(key) ?? throw new AttributionException(ErrorCodes.UpstreamMissing,
        $"{Stage} has no result for '{key}'; it has {string.Join(", ", Jobs.Select(j => $"'{j.Key}'"))}. Run {Stage} with the same datasets and methods first.");

    /// <summary>The job of a key, if there is one.</summary>
    public JobResult? Find(JobKey key) => Jobs.FirstOrDefault(j => j.Key == key);
}
