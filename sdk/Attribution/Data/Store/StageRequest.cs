using System.Text.Json;
using System.Text.Json.Nodes;
using Attribution.Diagnostics;

namespace Attribution.Data.Store;

/// <summary>
/// The request of a stage, with every input file replaced by the hash of its content. Equal requests have equal results, so the <see cref="Fingerprint"/> is
/// the artifact's address.
/// </summary>
/// <remarks>
/// Only what is in the request can make a stage run again. An input that is another stage's output counts by its content, so an upstream stage that ran again
/// and wrote the same bytes changes nothing downstream (early cut-off).
/// </remarks>
internal sealed class StageRequest
{
    internal const string HashTag = "$sha256";

    private readonly JsonObject _root;

    private StageRequest(string stage, JsonObject root, IReadOnlyList<StageInput> inputs)
    {
        Stage = stage;
        Inputs = inputs;
        _root = root;
        Canonical = CanonicalJson.Write(root);
        Fingerprint = ContentHash.Of(Canonical);
    }

    /// <summary>The stage's name, which is also the store's folder for its artifacts.</summary>
    public string Stage { get; }

    /// <summary>
    /// <c>{"library": hash, "request": ..., "stage": name}</c> in canonical form (<see cref="CanonicalJson"/>), with each input as <c>{"$sha256": hash}</c>;
    /// for a block also <c>"block": hash</c>.
    /// </summary>
    public string Canonical { get; }

    /// <summary>The SHA-256 of <see cref="Canonical"/>.</summary>
    public ContentHash Fingerprint { get; }

    /// <summary>The inputs, in the order of <see cref="Canonical"/>.</summary>
    public IReadOnlyList<StageInput> Inputs { get; }

    /// <summary>Creates a request, hashing its inputs.</summary>
    /// <param name="stage">The stage's name: lower-case letters, digits, <c>-</c>, <c>_</c> and <c>.</c>; it starts with a letter or digit.</param>
    /// <param name="request">A record or a JSON object with parameters, and with inputs as <see cref="InputFile"/>. It must contain everything that changes the
    /// result.</param>
    /// <param name="hasher">Hashes the inputs.</param>
    /// <param name="library">The hash of the code: <see cref="LibraryHash"/>.</param>
    /// <exception cref="AttributionException">ATTR1804: the request has no canonical form. ATTR1805, ATTR1806: an input cannot be read. ATTR1809: the stage's
    /// name is invalid.</exception>
    public static StageRequest Resolve(string stage, object request, FileHasher hasher, ContentHash library)
    {
        CheckName(stage);
        var inputs = new List<StageInput>();
        // Uses the canonical text, so that inputs come in the order of the names, and errors come before any hashing.
        var sorted = JsonNode.Parse(CanonicalJson.Write(request));
        var root = new JsonObject
        {
            ["library"] = library.ToString(),
            ["request"] = Hashed(sorted, "", hasher, inputs),
            ["stage"] = stage,
        };
        return new StageRequest(stage, root, inputs);
    }

    /// <summary>The same request for one block of rows. The request must not name the rows in another way.</summary>
    /// <remarks>
    /// The block counts by its rows' content, not their position: rows that moved because others were inserted before them are the same block.
    /// </remarks>
    public StageRequest ForBlock(Block block)
    {
        var root = new JsonObject { ["block"] = block.Hash.ToString() };
        foreach (var (name, value) in _root)
            root[name] = value?.DeepClone();
        return new StageRequest(Stage, root, Inputs);
    }

    private static JsonNode? Hashed(JsonNode? node, string where, FileHasher hasher, List<StageInput> inputs)
    {
        switch (node)
        {
            case JsonObject o when IsInput(o, out var path):
                var hash = HashNamed(path, where, hasher);
                inputs.Add(new StageInput(where, path, hash));
                return new JsonObject { [HashTag] = hash.ToString() };
            case JsonObject o:
                return new JsonObject(o.Select(m => KeyValuePair.Create(m.Key,
                    Hashed(m.Value, where.Length == 0 ? m.Key : $"{where}.{m.Key}", hasher, inputs))));
            case JsonArray a:
                return new JsonArray([.. a.Select((item, i) => Hashed(item, $"{where}[{i}]", hasher, inputs))]);
            default:
                return node?.DeepClone();
        }
    }

    private static bool IsInput(JsonObject o, out string path)
    {
        path = "";
        return o.Count == 1 && o[InputFile.Tag] is JsonValue value && value.GetValueKind() == JsonValueKind.String && value.TryGetValue(out path!);
    }

    private static ContentHash HashNamed(string path, string where, FileHasher hasher)
    {
        try
        {
            return hasher.Hash(path);
        }
        catch (AttributionException e)
        {
            throw new AttributionException(e.Code, e.Message, e) { File = e.File, Property = where };
        }
    }

    private static void CheckName(string stage)
    {
        if (stage.Length == 0 || !char.IsAsciiLetterOrDigit(stage[0]) || stage == ArtifactStore.DamagedFolder
            || !stage.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.'))
            throw new AttributionException(ErrorCodes.StageNameInvalid,
                $"'{stage}' cannot be a stage's name: use lower-case letters, digits, '-', '_' and '.', begin with a letter or digit, and do not take "
                    + $"'{ArtifactStore.DamagedFolder}'.");
    }
}

/// <summary>An input of a request, with its content at that time.</summary>
/// <param name="Where">The position in the request, for example <c>train.files[0]</c>.</param>
/// <param name="Path">The path that it was read from.</param>
/// <param name="Hash">The hash of its content.</param>
internal sealed record StageInput(string Where, string Path, ContentHash Hash);
