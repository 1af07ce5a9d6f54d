using System.Text.Json;
using Attribution.Diagnostics;

namespace Attribution.Tokenization.Reading;

/// <summary>A JSON value in a tokenizer's files with its path, so that an error in it names the file and the position.</summary>
internal readonly struct JsonComponent(string file, string path, JsonElement element)
{
    /// <summary>The value itself.</summary>
    public JsonElement Element => element;

    /// <summary>The <c>type</c> of a component.</summary>
    public string Type => String("type");

    /// <summary>The error for a part that does not have the form that it must have.</summary>
    public AttributionException Malformed(string message, string? property = null) => Error(ErrorCodes.TokenizerMalformed, message, property);

    /// <summary>The error for something that is not implemented.</summary>
    public AttributionException Unsupported(string message, string? property = null) => Error(ErrorCodes.TokenizerUnsupported, message, property);

    /// <summary>The error for a contradiction to another part of the file.</summary>
    public AttributionException Inconsistent(string message, string? property = null) => Error(ErrorCodes.TokenizerInconsistent, message, property);

    /// <summary>Throws at the first property with another name than these: it may change ids.</summary>
    public void AllowOnly(params ReadOnlySpan<string> names)
    {
        foreach (var property in Object().EnumerateObject())
            if (NameOf(property) is var name && !names.Contains(name) && name != "type")
                throw Unsupported($"The option '{name}' is not known. Options that could change token ids are never ignored.", name);
    }

    private string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException error)
        {
            throw Malformed($"The name of an option cannot be decoded: {error.Message}");
        }
    }

    /// <summary>This value as an object.</summary>
    public JsonElement Object() => element.ValueKind == JsonValueKind.Object ? element : throw Malformed("An object is expected here.");

    /// <summary>A property's value; null if it is missing or null.</summary>
    public JsonComponent? Find(string name)
        => Object().TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? new JsonComponent(file, path == "" ? name : $"{path}.{name}", value)
            : null;

    /// <summary>A required property.</summary>
    public JsonComponent Get(string name) => Find(name) ?? throw Malformed($"'{name}' is missing.", name);

    /// <summary>A required string.</summary>
    public string String(string name) => Get(name).AsString();

    /// <summary>A string; <paramref name="missing"/> if there is none.</summary>
    public string? String(string name, string? missing) => Find(name) is { } value ? value.AsString() : missing;

    /// <summary>A required string of one character.</summary>
    public char Character(string name)
        => String(name) is [var c] && !char.IsSurrogate(c) ? c : throw Get(name).Malformed("One character is expected here.");

    /// <summary>A Boolean; <paramref name="missing"/> if there is none.</summary>
    public bool Boolean(string name, bool missing) => Find(name) is { } value ? value.AsBoolean() : missing;

    /// <summary>A required Boolean.</summary>
    public bool Boolean(string name) => Get(name).AsBoolean();

    /// <summary>A required number, 0 or more.</summary>
    public int Integer(string name) => Get(name).AsInteger();

    /// <summary>The items of a required array.</summary>
    public IEnumerable<JsonComponent> Items(string name) => Get(name).Items();

    /// <summary>The items of this array.</summary>
    public IEnumerable<JsonComponent> Items()
    {
        if (element.ValueKind != JsonValueKind.Array)
            throw Malformed("An array is expected here.");
        var (itsFile, itsPath) = (file, path);
        return element.EnumerateArray().Select((item, index) => new JsonComponent(itsFile, $"{itsPath}[{index}]", item));
    }

    /// <summary>This value as a string.</summary>
    public string AsString()
    {
        if (element.ValueKind != JsonValueKind.String)
            throw Malformed("A string is expected here.");
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw new AttributionException(ErrorCodes.TokenizerMalformed,
                $"{Place}: The string holds half of a surrogate pair, or bytes that are no UTF-8.", error)
            {
                File = file,
                Property = path
            };
        }
    }

    /// <summary>This value as a number, 0 or more.</summary>
    public int AsInteger() => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var value) && value >= 0
        ? value
        : throw Malformed("A whole number from 0 to 2147483647 is expected here.");

    private bool AsBoolean() => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Malformed("true or false is expected here."),
    };

    private string Place => path == "" ? Path.GetFileName(file) : $"{Path.GetFileName(file)}, {path}";

    private AttributionException Error(string code, string message, string? property)
        => new(code, $"{Place}: {message}") { File = file, Property = property is null ? path : path == "" ? property : $"{path}.{property}" };
}
