using System.Security.Cryptography;
using System.Text.Json;

namespace Attribution.Data;

/// <summary>One row of a dataset.</summary>
/// <param name="index">The 0-based index of the row in the file (or in the concatenated files of a glob), before any filter.</param>
/// <param name="treatment">The conversation that shows the behaviour.</param>
/// <param name="control">The same prompt answered without it; null if the row has none.</param>
/// <param name="metadata">The row's other columns as a JSON object; null if there are none.</param>
public sealed class DatasetRow(long index, Conversation treatment, Conversation? control, string? metadata = null)
{
    private static readonly IReadOnlyDictionary<string, JsonElement> _none = new Dictionary<string, JsonElement>();
    private IReadOnlyDictionary<string, JsonElement>? _metadata;
    private string? _contentHash;

    /// <summary>The 0-based index of the row in the file, before any filter. It identifies the row everywhere.</summary>
    public long Index { get; } = index;

    /// <summary>The conversation that shows the behaviour.</summary>
    public Conversation Treatment { get; } = treatment;

    /// <summary>The same prompt answered without it; null if the row has none.</summary>
    public Conversation? Control { get; } = control;

    /// <summary>The row's other columns as JSON text, an object; null if there are none.</summary>
    public string? MetadataJson { get; } = metadata;

    /// <summary>The row's other columns by name.</summary>
    public IReadOnlyDictionary<string, JsonElement> Metadata => _metadata ??= MetadataJson is null
        ? _none
        : JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(MetadataJson)!;

    /// <summary>
    /// The SHA-256, in lower-case hexadecimal, of treatment and control in a canonical form: equal for equal conversations, whatever the file format, the row's
    /// position and its other columns.
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
