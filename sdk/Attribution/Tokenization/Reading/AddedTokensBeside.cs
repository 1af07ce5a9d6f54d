using System.Text.Json;
using Attribution.Tokenization.AddedTokens;

namespace Attribution.Tokenization.Reading;

/// <summary>
/// Combines the added tokens of <c>tokenizer.json</c> with those of the files beside it, as Hugging Face's library does: a token missing there gets the next
/// free id (or its id in the vocabulary), a token with other flags gets the flags of the file beside it, and a token named for a purpose is special.
/// Differences between the files are noted.
/// </summary>
internal sealed class AddedTokensBeside
{
    private readonly VocabularyReader _vocabulary;
    private readonly List<AddedToken> _tokens;
    private readonly Dictionary<string, int> _places;
    private readonly HashSet<string> _special;
    private readonly List<string> _notes = [];

    public AddedTokensBeside(VocabularyReader vocabulary, FilesBeside files)
    {
        _vocabulary = vocabulary;
        _tokens = [.. vocabulary.AddedTokens];
        _places = _tokens.Index().ToDictionary(token => token.Item.Content, token => token.Index);
        JsonElement[] named = [.. FilesBeside.TokenNames.Select(files.Named).OfType<JsonElement>(), .. files.Further()];
        _special = [.. named.Select(token => FilesBeside.TextOf(token)!)];
        foreach (var (id, token) in files.AddedTokens())
            Add(token, id);
        foreach (var token in named.DistinctBy(FilesBeside.TextOf))
            if (!_places.TryGetValue(FilesBeside.TextOf(token)!, out var at))
                Add(token, null);
            else
                _tokens[at] = _tokens[at] with { Special = true };
    }

    /// <summary>All added tokens.</summary>
    public IReadOnlyList<AddedToken> Tokens => _tokens;

    /// <summary>Notes on contradictions between the files, and the decisions.</summary>
    public IReadOnlyList<string> Notes => _notes;

    private void Add(JsonElement token, int? given)
    {
        var content = FilesBeside.TextOf(token)!;
        if (content.Length == 0)
            return;
        var special = Flag(token, "special") ?? _special.Contains(content);
        special |= _special.Contains(content);
        var id = _vocabulary.IdOfToken.TryGetValue(content, out var known) ? known : NextId();
        var added = new AddedToken(id, content, Flag(token, "single_word") ?? false, Flag(token, "lstrip") ?? false, Flag(token, "rstrip") ?? false,
            Flag(token, "normalized") ?? !special, special);
        if (given is { } there && there != id)
            _notes.Add($"'{content}' has the id {id}; tokenizer_config.json gives it {there}, which Hugging Face's library ignores too.");
        if (!_places.TryGetValue(content, out var at))
        {
            _places[content] = _tokens.Count;
            _tokens.Add(added);
            _vocabulary.IdOfToken[content] = id;
            _vocabulary.TokenOfId[id] = content;
            return;
        }
        if (Flags(_tokens[at] with { Special = special }) != Flags(added))
            _notes.Add($"'{content}' is {Flags(_tokens[at])} in tokenizer.json and {Flags(added)} in the files beside it, which count.");
        _tokens[at] = added;
    }

    private int NextId()
    {
        var size = _vocabulary.ModelSize;
        return Math.Max(size, _tokens.Select(token => token.Id + 1).DefaultIfEmpty(0).Max());
    }

    private static bool? Flag(JsonElement token, string name) => token.ValueKind == JsonValueKind.Object && token.TryGetProperty(name, out var flag)
        ? flag.ValueKind == JsonValueKind.True : null;

    private static string Flags(AddedToken token) =>
        $"(lstrip {token.StripsLeft}, rstrip {token.StripsRight}, single_word {token.SingleWord}, normalized {token.Normalized})".ToLowerInvariant();
}
