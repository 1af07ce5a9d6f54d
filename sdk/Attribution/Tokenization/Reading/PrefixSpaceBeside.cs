using System.Text.Json;
using System.Text.Json.Nodes;

namespace Attribution.Tokenization.Reading;

/// <summary>
/// Decides whether a space is inserted before a text, if <c>add_prefix_space</c> of <c>tokenizer_config.json</c> contradicts <c>tokenizer.json</c>. As in
/// Hugging Face's library, the former is used if <c>ByteLevel</c> is the whole pre-tokenizer, and is false if missing; in all other cases the latter is used.
/// Differences are noted.
/// </summary>
internal static class PrefixSpaceBeside
{
    private const string Option = "add_prefix_space", PreTokenizer = "pre_tokenizer";

    /// <summary>The pre-tokenizer to use, and a sentence about it if the files contradict each other.</summary>
    /// <param name="file">The path of <c>tokenizer.json</c>.</param>
    /// <param name="root">Its content.</param>
    /// <param name="files">The files beside it.</param>
    public static (JsonComponent? PreTokenizer, string? Note) Decide(string file, JsonComponent root, FilesBeside files)
    {
        var own = root.Find(PreTokenizer);
        if (!files.HasConfig)
            return (own, null);
        var said = files.Flag(Option);
        if (own is { Type: "ByteLevel" } bytes)
        {
            var (there, counts) = (bytes.Boolean(Option), said ?? false);
            if (there == counts)
                return (own, null);
            var changed = JsonObject.Create(bytes.Element)!;
            changed[Option] = counts;
            return (new(file, PreTokenizer, JsonSerializer.SerializeToElement(changed)),
                $"{Option} is {Text(there)} in tokenizer.json and {Text(counts)} in tokenizer_config.json"
                + $"{(said is null ? " (not there, which means the same)" : "")}, which counts.");
        }
        if (said is not { } config || config == ((root.Find("normalizer") is { } normalizer && Prepends(normalizer)) || (own is { } steps && Prepends(steps))))
            return (own, null);
        return (own, $"{Option} is {Text(config)} in tokenizer_config.json, and tokenizer.json puts {(config ? "no" : "a")} space before a text. "
            + "tokenizer.json counts; some classes of Hugging Face's library make it anew by the other.");
    }

    private static bool Prepends(JsonComponent component) => component.Type switch
    {
        "Sequence" => component.Items(component.Find("normalizers") is null ? "pretokenizers" : "normalizers").Any(Prepends),
        "Prepend" => component.String("prepend").Length > 0,
        "Metaspace" => PreTokenizerReader.MetaspaceScheme(component) != "never",
        "ByteLevel" => component.Boolean(Option, missing: false),
        _ => false,
    };

    private static string Text(bool value) => value ? "true" : "false";
}
