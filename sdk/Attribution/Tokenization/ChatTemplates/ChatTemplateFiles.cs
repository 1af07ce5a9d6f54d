using System.Text.Json;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Tokenization.Reading;

namespace Attribution.Tokenization.ChatTemplates;

/// <summary>The files of a model folder with its chat templates and its special tokens.</summary>
internal sealed class ChatTemplateFiles(string folder)
{
    public const string Default = "default", ToolUse = "tool_use";

    private const string Additional = "additional_chat_templates", Extension = ".jinja";

    /// <summary>Whether a model's file, given by its path with forward slashes, is a named template.</summary>
    public static bool IsAdditional(string path) =>
        path.StartsWith(Additional + "/", StringComparison.Ordinal) && path.EndsWith(Extension, StringComparison.Ordinal)
        && path.LastIndexOf('/') == Additional.Length;

    /// <summary>The files of the named templates, ordered by name.</summary>
    public static IEnumerable<string> AdditionalIn(string folder) => Path.Combine(folder, Additional) is var templates && Directory.Exists(templates)
        ? Directory.EnumerateFiles(templates, "*" + Extension).Order(StringComparer.Ordinal) : [];

    /// <summary>Whether there is a template with this name.</summary>
    public bool Has(string name) => Look(name, []) is not null;

    /// <summary>The template with this name, and its file.</summary>
    /// <exception cref="AttributionException">ATTR1220: there is none.</exception>
    public (string Source, string File) Find(string name)
    {
        var found = new List<string>();
        return Look(name, found) ?? throw new AttributionException(ErrorCodes.ChatTemplateMissing, found.Count == 0 && name == Default
            ? "The model has no chat template. Use an instruction-tuned model, name a template with ChatTemplate (one of the shipped ones, such as "
                + "chatml, or a file), or put one into chat_template.jinja in the model's folder."
            : $"The model has no chat template '{name}'; it has: {(found.Count == 0 ? "none" : string.Join(", ", found))}.")
        { File = folder, Property = "chat_template" };
    }

    private (string Source, string File)? Look(string name, List<string> found)
    {
        var file = name == Default ? Path.Combine(folder, "chat_template.jinja") : Path.Combine(folder, Additional, name + Extension);
        FileIdentity.RequireFile(file);
        if (File.Exists(file))
            return (File.ReadAllText(file), file);
        found.AddRange(AdditionalIn(folder).Select(other => Path.GetFileNameWithoutExtension(other)));

        foreach (var jsonFile in new[] { "tokenizer_config.json", "chat_template.json" })
        {
            if (Read(jsonFile) is not { } json || !json.TryGetProperty("chat_template", out var templates) || templates.ValueKind == JsonValueKind.Null)
                continue;
            var path = Path.Combine(folder, jsonFile);
            foreach (var (given, source) in Named(templates, path))
            {
                if (given == name)
                    return (source, path);
                found.Add(given);
            }
        }
        return null;
    }

    /// <summary>The special tokens by name. A token that the model does not have is missing, and so undefined in a template.</summary>
    public Dictionary<string, object?> SpecialTokens()
    {
        var files = new FilesBeside(folder);
        var tokens = new Dictionary<string, object?>();
        foreach (var name in FilesBeside.TokenNames)
            if (files.Named(name) is { } token)
                tokens[name] = FilesBeside.TextOf(token);
        foreach (var (name, text) in files.Extra())
            tokens.TryAdd(name, text);
        if (files.Further().Select(FilesBeside.TextOf).OfType<string>().Distinct().ToList<object?>() is { Count: > 0 } further)
            tokens["additional_special_tokens"] = further;
        return tokens;
    }

    private static IEnumerable<(string Name, string Source)> Named(JsonElement templates, string path)
    {
        if (templates.ValueKind == JsonValueKind.String)
            yield return (Default, templates.GetString()!);
        else if (templates.ValueKind == JsonValueKind.Array)
            foreach (var entry in templates.EnumerateArray())
                yield return (Member(entry, "name"), Member(entry, "template"));
        else
            throw Malformed(path);

        string Member(JsonElement entry, string name) => entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Malformed(path);
    }

    private static AttributionException Malformed(string path) => new(ErrorCodes.ChatTemplateMissing,
        "A chat template is a text, or a list of objects with the texts 'name' and 'template'.")
    { File = path, Property = "chat_template" };

    private JsonElement? Read(string name)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
            return null;
        FileIdentity.RequireFile(path);
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            TokenizerReader.Decode(document.RootElement);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone()
                : throw new AttributionException(ErrorCodes.ChatTemplateMissing, "The file holds no JSON object.") { File = path };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new AttributionException(ErrorCodes.ChatTemplateMissing, $"The file is no JSON: {exception.Message}", exception) { File = path };
        }
    }
}
