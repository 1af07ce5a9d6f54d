using System.Text.Json;
using Attribution.Diagnostics;

namespace Attribution.Tokenization.Reading;

/// <summary>
/// A JSON object of a tokenizer's files with the path to it, so that whatever is wrong with it names the file and the place.
/// </summary>
internal readonly struct JsonComponent(string file, string path, JsonElement element)
{
    /// <summary>The value itself.</summary>
    public JsonElement Element => element;

    /// <summary>The <c>type</c> of a component.</summary>
    public string Type => String("type");

    /// <summary>The error that the file or this component is malformed.</summary>
    public AttributionException Malformed(string message, string? property = null) => Error(ErrorCodes.TokenizerMalformed, message, property);

    /// <summary>The error that this component needs something that is not implemented.</summary>
    public AttributionException Unsupported(string message, string? property = null) => Error(ErrorCodes.TokenizerUnsupported, message, property);

    /// <summary>The error that this component contradicts another part of the file.</summary>
    public AttributionException Inconsistent(string message, string? property = null) => Error(ErrorCodes.TokenizerInconsistent, message, property);

    /// <summary>Fails on the first property that is none of the given: it may well change ids.</summary>
    public void AllowOnly(params ReadOnlySpan<string> names)
    {
        foreach (var property in Object().EnumerateObject())
            if (!names.Contains(property.Name) && property.Name != "type")
                throw Unsupported($"The option '{property.Name}' is not known. Options that could change token ids are never ignored.", property.Name);
    }

    /// <summary>This value as an object.</summary>
    public JsonElement Object() => element.ValueKind == JsonValueKind.Object ? element : throw Malformed("An object is expected here.");

    /// <summary>A property's value, or null where it is missing or null.</summary>
    public JsonComponent? Find(string name)
        => Object().TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? new JsonComponent(file, path == "" ? name : $"{path}.{name}", value)
            : null;

    /// <summary>A property that must be there.</summary>
    public JsonComponent Get(string name) => Find(name) ?? throw Malformed($"'{name}' is missing.", name);

    /// <summary>A string that must be there.</summary>
    public string String(string name) => Get(name).AsString();

    /// <summary>A string, or what counts where it is missing.</summary>
    public string? String(string name, string? missing) => Find(name) is { } value ? value.AsString() : missing;

    /// <summary>A string of one character that must be there.</summary>
    public char Character(string name)
        => String(name) is [var c] && !char.IsSurrogate(c) ? c : throw Get(name).Malformed("One character is expected here.");

    /// <summary>A truth value, or what counts where it is missing.</summary>
    public bool Boolean(string name, bool missing) => Find(name) is { } value ? value.AsBoolean() : missing;

    /// <summary>A truth value that must be there.</summary>
    public bool Boolean(string name) => Get(name).AsBoolean();

    /// <summary>A number that must be there, 0 or more.</summary>
    public int Integer(string name) => Get(name).AsInteger();

    /// <summary>The items of an array that must be there.</summary>
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
            throw new AttributionException(ErrorCodes.TokenizerMalformed, $"{Place}: The string holds half of a surrogate pair.", error)
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
