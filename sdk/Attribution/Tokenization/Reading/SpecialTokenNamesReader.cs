using System.Text.Json;

namespace Attribution.Tokenization.Reading;

/// <summary>Reads which tokens a model folder names for a purpose.</summary>
internal static class SpecialTokenNamesReader
{
    public static SpecialTokenNames Read(string modelFolder)
    {
        // What tokenizer_config.json says counts; the older file fills its gaps.
        using var config = ParseIfThere(modelFolder, "tokenizer_config.json", out var configRoot);
        using var map = ParseIfThere(modelFolder, "special_tokens_map.json", out var mapRoot);
        return new SpecialTokenNames(Find("bos_token"), Find("eos_token"), Find("unk_token"), Find("pad_token"));

        string? Find(string name) => Name(configRoot?.Find(name)) ?? Name(mapRoot?.Find(name));
    }

    private static JsonDocument? ParseIfThere(string folder, string name, out JsonComponent? root)
    {
        var file = Path.Combine(folder, name);
        var document = File.Exists(file) ? TokenizerReader.Parse(file) : null;
        root = document is null ? null : new JsonComponent(file, "", document.RootElement);
        return document;
    }

    private static string? Name(JsonComponent? component)
        => component is not { } value ? null : value.Element.ValueKind == JsonValueKind.Object ? value.String("content") : value.AsString();
}
