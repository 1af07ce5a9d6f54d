using System.Text.Json;
using Attribution.Diagnostics;
using Attribution.Tokenization.AddedTokens;

namespace Attribution.Tokenization.Reading;

/// <summary>
/// The files that Hugging Face's library reads beside <c>tokenizer.json</c>, with its precedence: <c>tokenizer_config.json</c>; only if that has no
/// <c>added_tokens_decoder</c> (which has been written since 2023), also the older <c>special_tokens_map.json</c>, whose names then take precedence, and
/// <c>added_tokens.json</c>.
/// </summary>
internal sealed class FilesBeside
{
    /// <summary>The names of special tokens in configurations and templates.</summary>
    public static IReadOnlyList<string> TokenNames { get; } = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    private const string Config = "tokenizer_config.json", Map = "special_tokens_map.json", Added = "added_tokens.json", Decoder = "added_tokens_decoder";

    private readonly JsonElement? _config, _map, _added;
    private readonly string _folder;

    public FilesBeside(string modelFolder)
    {
        _folder = modelFolder;
        _config = Read(Config);
        var isCurrent = _config is { } config && config.TryGetProperty(Decoder, out var decoder) && decoder.ValueKind == JsonValueKind.Object;
        _map = isCurrent ? null : Read(Map);
        _added = isCurrent ? null : Read(Added);
    }

    /// <summary>The token named for a purpose, for example <c>bos_token</c>.</summary>
    public JsonElement? Named(string name)
    {
        foreach (var (file, source) in new[] { (_map, Map), (_config, Config) })
            if (file is { } json && json.TryGetProperty(name, out var token) && token.ValueKind != JsonValueKind.Null)
                return TextOf(token) is not null ? token : throw Wrong(source, name, "must be a text, or an object with the text 'content'");
        return null;
    }

    /// <summary>
    /// Further special tokens: <c>additional_special_tokens</c> of both files, and <c>extra_special_tokens</c>, a list or an object of names.
    /// </summary>
    public IEnumerable<JsonElement> Further()
    {
        foreach (var file in new[] { _config, _map })
            foreach (var name in new[] { "additional_special_tokens", "extra_special_tokens" })
                if (file is { } json && json.TryGetProperty(name, out var tokens))
                    foreach (var token in tokens.ValueKind switch
                    {
                        JsonValueKind.Array => tokens.EnumerateArray().AsEnumerable(),
                        JsonValueKind.Object => tokens.EnumerateObject().Select(token => token.Value),
                        _ => [],
                    })
                        if (TextOf(token) is not null)
                            yield return token;
    }

    /// <summary>Special tokens with the model's own names.</summary>
    public IEnumerable<(string Name, string Text)> Extra() => _config is { } json && json.TryGetProperty("extra_special_tokens", out var extra)
        && extra.ValueKind == JsonValueKind.Object
        ? extra.EnumerateObject().Where(token => TextOf(token.Value) is not null).Select(token => (token.Name, TextOf(token.Value)!))
        : [];

    /// <summary>Tokens that were added after the vocabulary was made, with their ids in the file, in id order.</summary>
    public IEnumerable<(int Id, JsonElement Token)> AddedTokens()
    {
        if (_config is { } config && config.TryGetProperty(Decoder, out var decoder) && decoder.ValueKind == JsonValueKind.Object)
            return decoder.EnumerateObject().Select(token =>
                (int.TryParse(token.Name, out var id) ? id : throw Wrong(Config, $"{Decoder}.{token.Name}", "is no token id"), Token: token.Value))
                .Select(token => TextOf(token.Token) is not null && token.Token.ValueKind == JsonValueKind.Object
                    ? token : throw Wrong(Config, $"{Decoder}.{token.Item1}", "must be an object with the text 'content'"))
                .OrderBy(token => token.Item1);
        return _added is { } added
            ? added.EnumerateObject().Select(token => (token.Value.ValueKind == JsonValueKind.Number && token.Value.TryGetInt32(out var id)
                ? id : throw Wrong(Added, token.Name, "has no id"),
                JsonSerializer.SerializeToElement(token.Name))).OrderBy(token => token.Item1)
            : [];
    }

    /// <summary>Whether special tokens in a text are split like other text.</summary>
    public bool SplitsSpecialTokens => _config is { } config && config.TryGetProperty("split_special_tokens", out var split)
        && split.ValueKind == JsonValueKind.True;

    /// <summary>Whether there is a <c>tokenizer_config.json</c>.</summary>
    public bool HasConfig => _config is not null;

    /// <summary>A flag of <c>tokenizer_config.json</c>; null if it is missing or null.</summary>
    /// <param name="name">The name of the flag.</param>
    /// <param name="isUsed">Whether the flag changes a result, so that a value other than true and false is an error.</param>
    public bool? Flag(string name, bool isUsed = true) => _config is { } config && config.TryGetProperty(name, out var flag) ? flag.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => isUsed ? throw Wrong(Config, name, "must be true or false") : null,
    } : null;

    /// <summary>The text of a token, which is a string, or an object with the text as <c>content</c>.</summary>
    public static string? TextOf(JsonElement token) => token.ValueKind switch
    {
        JsonValueKind.String => token.GetString(),
        JsonValueKind.Object when token.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String => content.GetString(),
        _ => null,
    };

    private JsonElement? Read(string name)
    {
        var file = Path.Combine(_folder, name);
        if (!File.Exists(file))
            return null;
        using var document = TokenizerReader.Parse(file, decode: true);
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? document.RootElement.Clone()
            : throw new AttributionException(ErrorCodes.TokenizerMalformed, $"{name} is not a JSON object.") { File = file };
    }

    private AttributionException Wrong(string file, string property, string what) =>
        new(ErrorCodes.TokenizerMalformed, $"{file}: {property} {what}.") { File = Path.Combine(_folder, file), Property = property };
}
