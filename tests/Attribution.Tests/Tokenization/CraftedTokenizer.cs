using System.Text.Json;
using System.Text.Json.Nodes;

namespace Attribution.Tests.Tokenization;

/// <summary>
/// A small <c>tokenizer.json</c> around the components under test. Its vocabulary holds the characters of <see cref="Alphabet"/>, or
/// those that stand for bytes, and a merge for every pair of some of them, so that it shows in the ids where a text was cut.
/// </summary>
public sealed class CraftedTokenizer : IDisposable
{
    private const string Alphabet = " ▁abcdefghijklmnopqrstuvwxyzABHIZ0123456789.,'!?-_<>/\n\r\téàñüßſ２３½²Ⅷ日本語한ไทהа" + "\uFFFD\u0301\u0327\u00A0\u2003";
    private const string Merging = " ▁abdehlorſst0123.,'Ġé";

    private CraftedTokenizer(string json)
    {
        Folder = Directory.CreateTempSubdirectory("tokenizer").FullName;
        File.WriteAllText(Path.Combine(Folder, "tokenizer.json"), json);
    }

    /// <summary>The folder it lies in.</summary>
    public string Folder { get; }

    /// <summary>Writes a tokenizer; each part is JSON, null for none.</summary>
    /// <param name="bytes">Whether the vocabulary holds the characters that stand for bytes.</param>
    /// <param name="normalizer">The normalizer.</param>
    /// <param name="preTokenizer">The pre-tokenizer.</param>
    /// <param name="postProcessor">The post-processor.</param>
    /// <param name="decoder">The decoder.</param>
    /// <param name="model">Options of the model, in an object.</param>
    /// <param name="added">Added tokens: options in objects, with <c>content</c>; ids follow on the vocabulary's.</param>
    public static CraftedTokenizer Write(
        bool bytes = false, string? normalizer = null, string? preTokenizer = null, string? postProcessor = null, string? decoder = null,
        string model = "{}", string added = "[]")
        => new(Json(bytes, normalizer, preTokenizer, postProcessor, decoder, model, added).ToJsonString());

    /// <summary>Writes any text as <c>tokenizer.json</c>.</summary>
    public static CraftedTokenizer WriteText(string json) => new(json);

    /// <summary>The JSON that <see cref="Write"/> writes.</summary>
    public static JsonObject Json(
        bool bytes = false, string? normalizer = null, string? preTokenizer = null, string? postProcessor = null, string? decoder = null,
        string model = "{}", string added = "[]")
    {
        var options = JsonNode.Parse(model)!.AsObject();
        var prefix = options["continuing_subword_prefix"]?.GetValue<string>() ?? "";
        var suffix = options["end_of_word_suffix"]?.GetValue<string>() ?? "";
        var characters = (bytes ? ByteCharacters() : Alphabet.EnumerateRunes().Select(rune => rune.ToString())).ToList();
        var tokens = characters.Concat(characters.Select(c => prefix + c)).Concat(characters.Select(c => c + suffix)).Concat(characters.Select(c =>
            prefix + c + suffix)).ToList();
        var merges = new JsonArray();
        var merging = Merging.Select(c => c.ToString()).Where(characters.Contains).ToList();
        foreach (var left in merging)
            foreach (var right in merging)
            {
                tokens.Add(left + right);
                merges.Add(new JsonArray(left, prefix + right));
            }
        if (options["byte_fallback"]?.GetValue<bool>() == true)
            tokens.AddRange(Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>"));
        tokens.Add("<unk>");
        var vocabulary = new JsonObject(tokens.Distinct().Select((token, id) => KeyValuePair.Create(token, (JsonNode?)id)));
        var size = vocabulary.Count;

        options["type"] = "BPE";
        options["vocab"] = vocabulary;
        options["merges"] = merges;
        var addedTokens = JsonNode.Parse(added)!.AsArray();
        foreach (var token in addedTokens)
        {
            foreach (var flag in (string[])["single_word", "lstrip", "rstrip", "normalized", "special"])
                token![flag] ??= false;
            token!["id"] ??= size++;
        }
        return new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = addedTokens,
            ["normalizer"] = Parse(normalizer),
            ["pre_tokenizer"] = Parse(preTokenizer),
            ["post_processor"] = Parse(postProcessor),
            ["decoder"] = Parse(decoder),
            ["model"] = options,
        };
    }

    /// <summary>Removes the folder.</summary>
    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static JsonNode? Parse(string? json) => json is null ? null : JsonNode.Parse(json);

    // The definition in GPT-2's code: printable Latin-1 stands for itself, the other bytes for U+0100 and on.
    private static IEnumerable<string> ByteCharacters()
    {
        var next = 256;
        for (var value = 0; value < 256; value++)
            yield return ((char)(value is >= 33 and <= 126 or >= 161 and <= 172 or >= 174 ? value : next++)).ToString();
    }
}
