using System.Text.Json;
using Attribution.Tokenization.AddedTokens;
using Attribution.Tokenization.Models;
using Attribution.Tokenization.PreTokenizers;

namespace Attribution.Tokenization.Reading;

/// <summary>Reads the <c>model</c> and the <c>added_tokens</c> of a tokenizer, and checks them against each other.</summary>
internal sealed class VocabularyReader
{
    private readonly Dictionary<string, int> _modelIds;

    public VocabularyReader(JsonComponent root)
    {
        var model = root.Get("model");
        CheckType(model);
        model.AllowOnly("dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk", "byte_fallback", "ignore_merges",
            "vocab", "merges");
        if (model.Find("dropout") is { } dropout && !(dropout.Element.ValueKind == JsonValueKind.Number && dropout.Element.GetDouble() == 0))
            throw model.Unsupported("A dropout makes tokens random; remove it.", "dropout");
        _modelIds = ReadVocabulary(model.Get("vocab"));
        var options = ReadOptions(model);
        var merges = ReadMerges(model, options);
        Model = new BpeModel(_modelIds, merges, options);
        IdOfToken = new Dictionary<string, int>(_modelIds);
        AddedTokens = root.Find("added_tokens") is { } added ? ReadAddedTokens(added) : [];
    }

    /// <summary>The ids of all tokens by spelling.</summary>
    public Dictionary<string, int> IdOfToken { get; }

    /// <summary>The spellings of all tokens by id.</summary>
    public Dictionary<int, string> TokenOfId { get; } = [];

    public IReadOnlyList<AddedToken> AddedTokens { get; }

    public BpeModel Model { get; }

    /// <summary>The number of tokens in the model's vocabulary, without added ones.</summary>
    public int ModelSize => _modelIds.Count;

    /// <summary>Whether cutting texts before each sentencepiece mark leaves all tokens unchanged.</summary>
    public bool MarkBeginsWords { get; private set; }

    private static void CheckType(JsonComponent model)
    {
        var type = model.String("type", missing: null);
        if (type is not (null or "BPE"))
            throw model.Unsupported($"The model '{type}' is not implemented; decoder-only language models use BPE.", "type");
    }

    private Dictionary<string, int> ReadVocabulary(JsonComponent component)
    {
        var ids = new Dictionary<string, int>(component.Object().GetPropertyCount());
        foreach (var property in component.Object().EnumerateObject())
        {
            var token = Name(component, property);
            if (property.Value.ValueKind != JsonValueKind.Number || !property.Value.TryGetInt32(out var id) || id < 0)
                throw component.Malformed($"The id of '{token}' is not a whole number from 0 to 2147483647.", token);
            if (!ids.TryAdd(token, id))
                throw component.Inconsistent($"The token '{token}' is there twice.", token);
            if (!TokenOfId.TryAdd(id, token))
                throw component.Inconsistent($"The tokens '{TokenOfId[id]}' and '{token}' have the same id {id}.", token);
        }
        return ids;
    }

    private static string Name(JsonComponent component, JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            throw component.Malformed("A token holds half of a surrogate pair.");
        }
    }

    private BpeOptions ReadOptions(JsonComponent model)
    {
        int? unknown = null;
        if (model.String("unk_token", missing: null) is { } token)
            unknown = _modelIds.TryGetValue(token, out var id)
                ? id : throw model.Inconsistent($"The unk_token '{token}' is not in the vocabulary.", "unk_token");
        return new BpeOptions(
            unknown,
            model.String("continuing_subword_prefix", missing: null) ?? "",
            model.String("end_of_word_suffix", missing: null) ?? "",
            model.Boolean("fuse_unk", missing: false),
            model.Boolean("byte_fallback", missing: false),
            model.Boolean("ignore_merges", missing: false));
    }

    private MergeTable ReadMerges(JsonComponent model, BpeOptions options)
    {
        var component = model.Get("merges");
        if (component.Element.ValueKind != JsonValueKind.Array)
            throw component.Malformed("An array is expected here.");
        var merges = new MergeTable(component.Element.GetArrayLength());
        var markBeginsWords = options is { ContinuingPrefix: "", EndSuffix: "" } && _modelIds.ContainsKey(MarkSplitter.Mark.ToString())
            && !(options.IgnoreMerges && _modelIds.Keys.Any(HasMarkInside));
        var rank = 0;
        foreach (var merge in component.Items())
        {
            var (left, right) = Pair(merge);
            var prefix = options.ContinuingPrefix;
            if (!right.StartsWith(prefix, StringComparison.Ordinal))
                throw merge.Inconsistent($"'{right}' does not begin with the continuing_subword_prefix '{prefix}'.");
            var whole = string.Concat(left, right.AsSpan(prefix.Length));
            merges.Set(Id(merge, left), Id(merge, right), rank++, Id(merge, whole));
            markBeginsWords = markBeginsWords && !HasMarkInside(whole);
        }
        MarkBeginsWords = markBeginsWords;
        return merges;
    }

    private int Id(JsonComponent merge, string token)
        => _modelIds.TryGetValue(token, out var id) ? id : throw merge.Inconsistent($"The merge names '{token}', which is not in the vocabulary.");

    private static (string Left, string Right) Pair(JsonComponent merge)
    {
        if (merge.Element.ValueKind == JsonValueKind.Array)
            return merge.Element.GetArrayLength() == 2
                ? (merge.Items().First().AsString(), merge.Items().Last().AsString())
                : throw merge.Malformed("Two tokens are expected here.");
        return merge.AsString().Split(' ') is [var left, var right]
            ? (left, right) : throw merge.Malformed("Two tokens with one space between them are expected here.");
    }

    // A mark after another character.
    private static bool HasMarkInside(string token)
    {
        for (var i = 1; i < token.Length; i++)
            if (token[i] == MarkSplitter.Mark && token[i - 1] != MarkSplitter.Mark)
                return true;
        return false;
    }

    private List<AddedToken> ReadAddedTokens(JsonComponent component)
    {
        List<AddedToken> tokens = [];
        Dictionary<int, int> places = [];
        foreach (var item in component.Items())
        {
            item.AllowOnly("id", "content", "single_word", "lstrip", "rstrip", "normalized", "special");
            var special = item.Boolean("special", missing: false);
            var token = new AddedToken(item.Integer("id"), item.String("content"), item.Boolean("single_word", missing: false),
                item.Boolean("lstrip", missing: false), item.Boolean("rstrip", missing: false), item.Boolean("normalized", missing: !special), special);
            if (IdOfToken.TryGetValue(token.Content, out var id) && id != token.Id)
                throw item.Inconsistent($"'{token.Content}' has the id {token.Id} here and {id} before.", "id");
            if (TokenOfId.TryGetValue(token.Id, out var other) && other != token.Content)
                throw item.Inconsistent($"'{token.Content}' has the id {token.Id}, which is that of '{other}'.", "id");
            IdOfToken[token.Content] = token.Id;
            TokenOfId[token.Id] = token.Content;
            // Of two entries for a token, the reference takes the flags of the last, but leaves it out as a special one if either is special.
            if (places.TryAdd(token.Id, tokens.Count))
                tokens.Add(token);
            else
                tokens[places[token.Id]] = token with { Special = special || tokens[places[token.Id]].Special };
        }
        return tokens;
    }
}
