using System.Text.Json;
using System.Text.Json.Nodes;

namespace Attribution.Data.Store;

/// <summary>The description of an artifact in its <c>manifest.json</c>.</summary>
/// <param name="Stage">The stage that wrote it.</param>
/// <param name="Fingerprint">The artifact's address: the hash of <paramref name="Request"/>.</param>
/// <param name="Request">The request in the form of <see cref="StageRequest.Canonical"/>.</param>
/// <param name="Inputs">The input files, with their paths at that time.</param>
/// <param name="Outputs">Its files, sorted by name.</param>
/// <param name="Versions">The versions of the programs that took part, by name.</param>
/// <param name="Device">The device, for example <c>cpu</c>.</param>
/// <param name="Seconds">The duration in seconds.</param>
/// <param name="Created">The time of creation, in UTC.</param>
internal sealed record Manifest(
    string Stage,
    ContentHash Fingerprint,
    JsonObject Request,
    IReadOnlyList<StageInput> Inputs,
    IReadOnlyList<OutputFile> Outputs,
    IReadOnlyDictionary<string, string> Versions,
    string Device,
    double Seconds,
    DateTime Created)
{
    /// <summary>The file's name.</summary>
    public const string FileName = "manifest.json";

    private const string SelfHash = "sha256";

    private static readonly JsonSerializerOptions Indented = new(CanonicalJson.Options) { WriteIndented = true };
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>The sum of the outputs' sizes.</summary>
    public long Bytes => Outputs.Sum(o => o.Bytes);

    /// <summary>The manifest's text, which includes the hash of its own content.</summary>
    internal string Write()
    {
        var json = JsonSerializer.SerializeToNode(this, CanonicalJson.Options)!.AsObject();
        json.Remove("bytes");
        json[SelfHash] = ContentHash.Of(CanonicalJson.Write(json)).ToString();
        return json.ToJsonString(Indented) + "\n";
    }

    /// <summary>Reads a manifest.</summary>
    /// <param name="folder">The artifact's folder.</param>
    /// <param name="damage">The reason why there is no manifest.</param>
    internal static Manifest? Read(string folder, out string damage)
    {
        try
        {
            var file = Path.Combine(folder, FileName);
            FileIdentity.RequireFile(file);
            var json = JsonNode.Parse(File.ReadAllBytes(file), null, Strict)!.AsObject();
            var written = (string?)json[SelfHash];
            json.Remove(SelfHash);
            damage = $"its {FileName} is not as it was written";
            if (written != ContentHash.Of(CanonicalJson.Write(json)).ToString())
                return null;
            return json.Deserialize<Manifest>(CanonicalJson.ReadOptions);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            damage = $"its {FileName} is missing";
            return null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException or Diagnostics.AttributionException)
        {
            damage = $"its {FileName} cannot be read: {e.Message}";
            return null;
        }
    }
}
