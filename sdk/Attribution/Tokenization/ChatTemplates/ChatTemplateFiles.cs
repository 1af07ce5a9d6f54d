using System.Text.Json;
using Attribution.Diagnostics;

namespace Attribution.Tokenization.ChatTemplates;

/// <summary>The files of a model folder that hold its chat templates and the texts of its special tokens.</summary>
internal sealed class ChatTemplateFiles(string folder)
{
    public const string Default = "default";

    /// <summary>Special tokens by the names that templates use for them.</summary>
    private static readonly string[] TokenNames = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    /// <summary>The template of a name, and its file.</summary>
    public (string Source, string File) Find(string name)
    {
        var file = name == Default ? Path.Combine(folder, "chat_template.jinja") : Path.Combine(folder, "additional_chat_templates", name + ".jinja");
        if (File.Exists(file))
            return (File.ReadAllText(file), file);

        var found = new List<string>();
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
        throw new AttributionException(ErrorCodes.ChatTemplateMissing, found.Count == 0 && name == Default
            ? "The model has no chat template. Use an instruction-tuned model, or put the template into chat_template.jinja in its folder."
            : $"The model has no chat template '{name}'; it has: {(found.Count == 0 ? "none" : string.Join(", ", found))}.")
        { File = folder, Property = "chat_template" };
    }

    /// <summary>
    /// The special tokens by name: those of <c>tokenizer_config.json</c>, then those that only <c>special_tokens_map.json</c> has.
    /// A token that the model does not have is not in it, and so undefined in a template.
    /// </summary>
    public Dictionary<string, object?> SpecialTokens()
    {
        var tokens = new Dictionary<string, object?>();
        foreach (var json in new[] { Read("tokenizer_config.json"), Read("special_tokens_map.json") })
        {
            if (json is not { } map)
                continue;
            foreach (var name in TokenNames)
                if (map.TryGetProperty(name, out var token) && TextOf(token) is { } text)
                    tokens.TryAdd(name, text);
            if (map.TryGetProperty("extra_special_tokens", out var extra) && extra.ValueKind == JsonValueKind.Object)
                foreach (var token in extra.EnumerateObject())
                    if (TextOf(token.Value) is { } text)
                        tokens.TryAdd(token.Name, text);
            if (map.TryGetProperty("additional_special_tokens", out var additional) && additional.ValueKind == JsonValueKind.Array)
                tokens.TryAdd("additional_special_tokens", additional.EnumerateArray().Select(TextOf).OfType<string>().ToList<object?>());
        }
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

    /// <summary>A special token is its text, or an object with the text as <c>content</c>.</summary>
    private static string? TextOf(JsonElement token) => token.ValueKind switch
    {
        JsonValueKind.String => token.GetString(),
        JsonValueKind.Object when token.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String => content.GetString(),
        _ => null,
    };

    private JsonElement? Read(string name)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
            return null;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone()
                : throw new AttributionException(ErrorCodes.ChatTemplateMissing, "The file holds no JSON object.") { File = path };
        }
        catch (JsonException exception)
        {
            throw new AttributionException(ErrorCodes.ChatTemplateMissing, $"The file is no JSON: {exception.Message}", exception) { File = path };
        }
    }
}
