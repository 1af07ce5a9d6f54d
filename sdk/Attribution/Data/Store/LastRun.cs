using System.Text.Json;
using System.Text.Json.Nodes;
using Attribution.Diagnostics;

namespace Attribution.Data.Store;

/// <summary>The last request of an experiment's stage: a small file in the experiment's own folder, from which a later change can be explained.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Fingerprint">The fingerprint of the request.</param>
/// <param name="Request">The request in the form of <see cref="StageRequest.Canonical"/>.</param>
/// <param name="Inputs">The paths and hashes of the inputs.</param>
internal sealed record LastRun(string Stage, ContentHash Fingerprint, JsonObject Request, IReadOnlyList<StageInput> Inputs)
{
    /// <summary>The suffix of such a file; each stage instance of an experiment has its own.</summary>
    public const string FileSuffix = ".last.json";

    /// <summary>
    /// The fingerprints of the artifacts that the result was assembled from, for example blocks. The result does not need them, but the next one like it does.
    /// </summary>
    public IReadOnlyList<ContentHash> Parts { get; init; } = [];

    /// <summary>Creates the record of a request.</summary>
    public static LastRun Of(StageRequest request)
        => new(request.Stage, request.Fingerprint, JsonNode.Parse(request.Canonical)!.AsObject(), request.Inputs);

    /// <summary>Writes the file atomically.</summary>
    /// <param name="path">The path; its name ends with <see cref="FileSuffix"/>.</param>
    /// <exception cref="AttributionException">ATTR1802, ATTR1803, ATTR1812: the file cannot be written.</exception>
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

    /// <summary>Reads the file; null if it is missing or unreadable, so that nothing is known about the last request.</summary>
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

    /// <summary>The fingerprints in all such files below a folder, with those of parts: what its experiments need to keep in the store.</summary>
    /// <exception cref="AttributionException">ATTR1805: there is no such folder.</exception>
    public static IEnumerable<ContentHash> FingerprintsBelow(string folder) => !Directory.Exists(folder)
        ? throw new AttributionException(ErrorCodes.InputUnreadable, $"There is no folder '{folder}' to find experiments in. Check the path.") { File = folder }
        : Directory.EnumerateFiles(folder, "*" + FileSuffix, SearchOption.AllDirectories).Select(TryRead).OfType<LastRun>().SelectMany(r =>
            r.Parts.Prepend(r.Fingerprint));
}
