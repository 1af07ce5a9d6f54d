using System.Text.Json;
using System.Text.Json.Nodes;
using Attribution.Data.Store;
using Attribution.Diagnostics;

namespace Attribution.Models;

/// <summary>Typed access to one JSON object in a model's folder. Every error names the file and the property.</summary>
internal sealed class ConfigFile(JsonObject json, string file, string prefix = "")
{
    private readonly HashSet<string> _read = [];

    /// <summary>The object itself.</summary>
    public JsonObject Json { get; } = json;

    public static ConfigFile Open(string file)
    {
        if (!File.Exists(file))
            throw new AttributionException(ErrorCodes.ModelConfigInvalid,
                $"There is no {Path.GetFileName(file)} in the model's folder; a model is a folder as Hugging Face publishes it.")
            { File = file };
        FileIdentity.RequireFile(file);
        return Parse(File.ReadAllText(file), file);
    }

    public static ConfigFile Parse(string text, string file)
    {
        try
        {
            var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Disallow, AllowDuplicateProperties = false };
            if (JsonNode.Parse(text, null, options) is not JsonObject json)
                throw new AttributionException(ErrorCodes.ModelConfigInvalid, "The file is not a JSON object.") { File = file };
            // Parsing leaves strings as they stand; writing them decodes every one.
            _ = json.ToJsonString();
            return new ConfigFile(json, file);
        }
        // A string with half of a surrogate pair is of the second kind.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new AttributionException(ErrorCodes.ModelConfigInvalid, $"The file is not valid JSON: {e.Message}", e) { File = file };
        }
    }

    /// <summary>The property's value; null if it is absent or null.</summary>
    private JsonNode? Node(string name)
    {
        _read.Add(name);
        return Json[name];
    }

    /// <summary>Whether a mapping has read a property.</summary>
    public bool WasRead(string name) => _read.Contains(name);

    public bool Has(string name) => Node(name) is not null;

    public int Int(string name, int? otherwise = null) => OptionalInt(name) ?? otherwise ?? throw Missing(name);

    /// <summary>A positive integer: a size or a count.</summary>
    /// <param name="name">The property.</param>
    /// <param name="otherwise">The value if the property is absent.</param>
    /// <param name="most">A limit that no real model reaches, because memory is allocated by this number.</param>
    public int Size(string name, int? otherwise = null, int most = int.MaxValue) =>
        Int(name, otherwise) is > 0 and var size && size <= most
            ? size : throw Invalid(name, most == int.MaxValue ? "a positive integer" : $"a positive integer of at most {most}");

    public int? OptionalInt(string name) => Node(name) switch
    {
        null => null,
        JsonValue value when value.TryGetValue<double>(out var number) && number == (int)number => (int)number,
        _ => throw Invalid(name, "an integer"),
    };

    public double Double(string name, double? otherwise = null) => OptionalDouble(name) ?? otherwise ?? throw Missing(name);

    public double? OptionalDouble(string name) => Node(name) switch
    {
        null => null,
        JsonValue value when value.TryGetValue<double>(out var number) => number,
        _ => throw Invalid(name, "a number"),
    };

    public bool Bool(string name, bool otherwise) => Node(name) switch
    {
        null => otherwise,
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        _ => throw Invalid(name, "true or false"),
    };

    public string? Text(string name) => Node(name) switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => throw Invalid(name, "a string"),
    };

    public IReadOnlyList<double>? Numbers(string name) => Node(name) switch
    {
        null => null,
        JsonArray list when list.All(x => x is JsonValue v && v.TryGetValue<double>(out _)) => [.. list.Select(x => x!.GetValue<double>())],
        _ => throw Invalid(name, "a list of numbers"),
    };

    public IReadOnlyList<string>? Texts(string name) => Node(name) switch
    {
        null => null,
        JsonArray list when list.All(x => x is JsonValue v && v.TryGetValue<string>(out _)) => [.. list.Select(x => x!.GetValue<string>())],
        _ => throw Invalid(name, "a list of strings"),
    };

    /// <summary>Token ids, written as one integer or as a list; empty if absent.</summary>
    public IReadOnlyList<int> TokenIds(string name) => Node(name) switch
    {
        null => [],
        JsonArray => [.. Numbers(name)!.Select(x => x == (int)x ? (int)x : throw Invalid(name, "a list of integers"))],
        _ => [Int(name)],
    };

    public ConfigFile? Section(string name) => Node(name) switch
    {
        null => null,
        JsonObject section => new ConfigFile(section, file, $"{prefix}{name}."),
        _ => throw Invalid(name, "an object"),
    };

    /// <summary>
    /// Requires that an option is off: absent, null, or one of the JSON values that mean off. An option that was already read is implemented, and may have any
    /// value.
    /// </summary>
    public void RequireOff(string name, IEnumerable<string> neutral)
    {
        if (!_read.Contains(name) && Node(name) is { } value && !neutral.Contains(value.ToJsonString()))
            throw Unsupported(name);
    }

    /// <summary>Rejects every property that was not read, is not null, and is not known to leave the numbers unchanged.</summary>
    /// <param name="harmless">The properties that may have any value.</param>
    /// <param name="mayBeEmpty">Whether false and empty values also mean that an option is off, as in PEFT.</param>
    public void RejectUnread(IReadOnlySet<string> harmless, bool mayBeEmpty = false)
    {
        foreach (var (name, value) in Json)
            if (value is not null && !(mayBeEmpty && (value.ToJsonString() is "false" or "[]" or "{}" or "\"\"")) && !_read.Contains(name)
                && !harmless.Contains(name) && !name.StartsWith('_'))
                throw Unsupported(name);
    }

    public AttributionException Missing(string name) =>
        new(ErrorCodes.ModelConfigInvalid, $"The property '{prefix}{name}' is missing.") { File = file, Property = prefix + name };

    public AttributionException Invalid(string name, string expected) =>
        new(ErrorCodes.ModelConfigInvalid, $"The property '{prefix}{name}' must be {expected}; it is {Json[name]?.ToJsonString()}.")
        {
            File = file,
            Property = prefix + name
        };

    public AttributionException Unsupported(string name) => new(ErrorCodes.ModelOptionUnsupported,
        $"The option '{prefix}{name}' = {Json[name]?.ToJsonString()} is not implemented, and running the model without it could give other numbers than "
            + "the original. If it cannot, remove it from the file.")
    { File = file, Property = prefix + name };
}
