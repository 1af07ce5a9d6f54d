using System.Security.Cryptography;
using System.Text.Json;

namespace Attribution.Data;

/// <summary>One row of a dataset.</summary>
/// <param name="index">The row's 0-based place in the file (or in the files of a glob, one after the other), before any filter.</param>
/// <param name="treatment">The conversation that shows the behaviour.</param>
/// <param name="control">The same prompt answered without it; null if the row has none.</param>
/// <param name="metadata">The row's other columns as a JSON object; null if there are none.</param>
public sealed class DatasetRow(long index, Conversation treatment, Conversation? control, string? metadata = null)
{
    private static readonly IReadOnlyDictionary<string, JsonElement> _none = new Dictionary<string, JsonElement>();
    private IReadOnlyDictionary<string, JsonElement>? _metadata;
    private string? _contentHash;

    /// <summary>The row's 0-based place in the file, before any filter: its identity everywhere.</summary>
    public long Index { get; } = index;

    /// <summary>The conversation that shows the behaviour.</summary>
    public Conversation Treatment { get; } = treatment;

    /// <summary>The same prompt answered without it; null if the row has none.</summary>
    public Conversation? Control { get; } = control;

    /// <summary>The row's other columns as a JSON object's text; null if there are none.</summary>
    public string? MetadataJson { get; } = metadata;

    /// <summary>The row's other columns by name.</summary>
    public IReadOnlyDictionary<string, JsonElement> Metadata => _metadata ??= MetadataJson is null
        ? _none
        : JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(MetadataJson)!;

    /// <summary>
    /// SHA-256, in lower-case hex, of treatment and control in a canonical form: equal for equal conversations, whatever
    /// format they came from, wherever the row stands and whatever its other columns say.
    /// </summary>
    public string ContentHash => _contentHash ??= HashContent();

    private string HashContent()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Treatment.AddTo(hash);
        if (Control is null)
            hash.AppendData("-"u8);
        else
            Control.AddTo(hash);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
