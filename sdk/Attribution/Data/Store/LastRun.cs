using System.Text.Json;
using System.Text.Json.Nodes;
using Attribution.Diagnostics;

namespace Attribution.Data.Store;

/// <summary>What a stage of an experiment was asked the last time: a small file in the experiment's own folder, by which a change can be named.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Fingerprint">The fingerprint of the request.</param>
/// <param name="Request">The request, as <see cref="StageRequest.Canonical"/> has it.</param>
/// <param name="Inputs">The inputs' paths and hashes.</param>
internal sealed record LastRun(string Stage, ContentHash Fingerprint, JsonObject Request, IReadOnlyList<StageInput> Inputs)
{
    /// <summary>The name that such a file ends with: each stage instance of an experiment has a file of its own.</summary>
    public const string FileSuffix = ".last.json";

    /// <summary>
    /// The fingerprints of the artifacts that the result was put together from, such as blocks: not needed for it, but for the next one like it.
    /// </summary>
    public IReadOnlyList<ContentHash> Parts { get; init; } = [];

    /// <summary>The record of a request.</summary>
    public static LastRun Of(StageRequest request)
        => new(request.Stage, request.Fingerprint, JsonNode.Parse(request.Canonical)!.AsObject(), request.Inputs);

    /// <summary>Writes it, all at once.</summary>
    /// <param name="path">Where; its name ends with <see cref="FileSuffix"/>.</param>
    /// <exception cref="AttributionException">ATTR1802, ATTR1803, ATTR1812: it cannot be written.</exception>
    public void Save(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        try
        {
            Directory.CreateDirectory(folder);
            var temporary = $"{path}.{Environment.ProcessId}.tmp";
            File.WriteAllText(temporary, JsonSerializer.Serialize(this, CanonicalJson.Options));
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.Of(folder, e);
        }
    }

    /// <summary>Reads it; null if there is none, or none that can be read: then nothing is known of the last time.</summary>
    public static LastRun? TryRead(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<LastRun>(File.ReadAllText(path), CanonicalJson.ReadOptions);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The fingerprints of all such files below a folder, parts included: what its experiments want kept in the store.</summary>
    /// <exception cref="AttributionException">ATTR1805: there is no such folder.</exception>
    public static IEnumerable<ContentHash> FingerprintsBelow(string folder) => !Directory.Exists(folder)
        ? throw new AttributionException(ErrorCodes.InputUnreadable, $"There is no folder '{folder}' to find experiments in. Check the path.") { File = folder }
        : Directory.EnumerateFiles(folder, "*" + FileSuffix, SearchOption.AllDirectories).Select(TryRead).OfType<LastRun>().SelectMany(r =>
            r.Parts.Prepend(r.Fingerprint));
}
