using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Attribution.Data.Store;

namespace Attribution.Worker.Verbs;

/// <summary>
/// Describes artifacts in words: by the names that the experiments below a folder use, or else by the artifact's request. A hash alone tells a person nothing.
/// </summary>
/// <param name="root">The folder of the experiments.</param>
internal sealed class ArtifactNames(string root)
{
    private const int MostWords = 8, MostLetters = 90;

    private static readonly string[] NoExperiments = ["bin", "artifacts", "out", "node_modules"];

    private readonly Lazy<Dictionary<ContentHash, string>> _names = new(() => Find(root));

    /// <summary>The description; empty if there is none.</summary>
    public string Of(StoredArtifact artifact) => _names.Value.GetValueOrDefault(artifact.Fingerprint) ?? Words(artifact.Manifest?.Request);

    private static Dictionary<ContentHash, string> Find(string root)
    {
        var names = new Dictionary<ContentHash, string>();
        if (!Directory.Exists(root))
            return names;
        foreach (var folder in Folders(new DirectoryInfo(root), 8))
            foreach (var file in folder.EnumerateFiles("*" + LastRun.FileSuffix).OrderBy(file => file.FullName, StringComparer.Ordinal))
                if (LastRun.TryRead(file.FullName) is { } last)
                {
                    // The key, without the hash that keeps files apart.
                    var key = Path.GetFileNameWithoutExtension(file.Name[..^LastRun.FileSuffix.Length]);
                    var name = $"{ExperimentOf(root, file)}: {key}";
                    names.TryAdd(last.Fingerprint, name);
                    foreach (var part in last.Parts)
                        names.TryAdd(part, $"{name}, a part");
                }
        return names;
    }

    private static IEnumerable<DirectoryInfo> Folders(DirectoryInfo folder, int depth) => depth == 0 ? [folder]
        : folder.EnumerateDirectories().Where(f => f.LinkTarget is null && f.Name[0] != '.' && !NoExperiments.Contains(f.Name))
            .SelectMany(f => Folders(f, depth - 1)).Prepend(folder);

    // experiments/quickstart/obj/attribution/last/FineTune/KEY.HASH.last.json
    private static string ExperimentOf(string root, FileInfo file)
    {
        var parts = Path.GetRelativePath(root, file.FullName).Split(Path.DirectorySeparatorChar);
        var obj = Array.IndexOf(parts, "obj");
        return obj > 0 ? string.Join('/', parts[..obj]) : Path.GetFileName(root);
    }

    private static string Words(JsonNode? request)
    {
        var words = string.Join(", ", Leaves(request, null).Distinct().Take(MostWords));
        return words.Length > MostLetters ? words[..MostLetters] + "..." : words;
    }

    // Names and numbers, but no hashes.
    private static IEnumerable<string> Leaves(JsonNode? node, string? name) => node switch
    {
        JsonObject inner => inner.Where(pair => pair.Key is not ("code" or "stage" or "library")).SelectMany(pair => Leaves(pair.Value, pair.Key)),
        JsonArray list => list.SelectMany(item => Leaves(item, name)),
        JsonValue value when value.GetValueKind() == JsonValueKind.Number => [string.Create(CultureInfo.InvariantCulture, $"{name} {value}")],
        JsonValue value when value.GetValueKind() == JsonValueKind.String && value.GetValue<string>() is { Length: < 60 } text && !IsHash(text) => [text],
        _ => [],
    };

    private static bool IsHash(string text) => text.Length >= 32 && text.All(c => char.IsAsciiHexDigit(c) || c is ':' or '-');
}
