using System.Text.Json;
using Attribution.Data.Store;
using Attribution.Diagnostics;

namespace Attribution.Tokenization.Reading;

/// <summary>Reads a model folder's tokenizer files.</summary>
internal static class TokenizerReader
{
    /// <summary>Reads <c>tokenizer.json</c> and the files beside it.</summary>
    public static TokenizerDefinition Read(string modelFolder)
    {
        var file = Path.Combine(modelFolder, "tokenizer.json");
        if (!File.Exists(file))
            throw new AttributionException(ErrorCodes.TokenizerMissing,
                $"There is no tokenizer.json in '{modelFolder}'. Name a model folder in the Hugging Face layout; an older tokenizer.model or "
                + "vocab.json is not read, save the tokenizer once with a current version of transformers.")
            { File = file };
        using var document = Parse(file);
        var root = new JsonComponent(file, "", document.RootElement);
        root.AllowOnly("version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "model");

        var vocabulary = new VocabularyReader(root);
        var files = new FilesBeside(modelFolder);
        if (files.SplitsSpecialTokens)
            throw new AttributionException(ErrorCodes.TokenizerUnsupported,
                "tokenizer_config.json: split_special_tokens makes the special tokens of a chat template ordinary text, which is not "
                    + "implemented. Set it to false.")
            { File = Path.Combine(modelFolder, "tokenizer_config.json"), Property = "split_special_tokens" };
        var added = new AddedTokensBeside(vocabulary, files);
        var (preTokenizer, note) = PrefixSpaceBeside.Decide(file, root, files);
        var postProcessor = PostProcessorReader.Read(root.Find("post_processor"), vocabulary.TokenOfId);
        return new TokenizerDefinition
        {
            IdOfToken = vocabulary.IdOfToken,
            TokenOfId = vocabulary.TokenOfId,
            AddedTokens = added.Tokens,
            Notes = note is null ? added.Notes : [.. added.Notes, note],
            PlainTextNotes = SpecialTokensBeside.Notes(postProcessor, files),
            SpecialIds = [.. added.Tokens.Where(token => token.Special).Select(token => token.Id)],
            Normalizer = root.Find("normalizer") is { } normalizer ? NormalizerReader.Read(normalizer) : null,
            PreTokenizers = PreTokenizerReader.Read(preTokenizer, vocabulary),
            Model = vocabulary.Model,
            PostProcessor = postProcessor,
            Decoders = DecoderReader.Read(root.Find("decoder")),
            Names = new SpecialTokenNames(Name("bos_token"), Name("eos_token"), Name("unk_token"), Name("pad_token")),
        };

        string? Name(string name) => files.Named(name) is { } token ? FilesBeside.TextOf(token) : null;
    }

    /// <summary>Decodes every string, names too.</summary>
    /// <exception cref="InvalidOperationException">A string holds half of a surrogate pair, or bytes that are no UTF-8.</exception>
    public static void Decode(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String)
            _ = json.GetString();
        else if (json.ValueKind == JsonValueKind.Array)
            foreach (var item in json.EnumerateArray())
                Decode(item);
        else if (json.ValueKind == JsonValueKind.Object)
            foreach (var member in json.EnumerateObject())
            {
                _ = member.Name;
                Decode(member.Value);
            }
    }

    /// <summary>Parses a JSON file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="decode">
    /// Whether to decode every string now; without it half of a surrogate pair, or bytes that are no UTF-8, are found where the string is read.
    /// </param>
    public static JsonDocument Parse(string file, bool decode = false)
    {
        FileIdentity.RequireFile(file);
        try
        {
            using var stream = File.OpenRead(file);
            var document = JsonDocument.Parse(stream);
            if (decode)
                Decode(document.RootElement);
            return document;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new AttributionException(ErrorCodes.TokenizerMalformed,
                $"{Path.GetFileName(file)} is not JSON: {error.Message} It may be cut off; download it again.", error)
            { File = file };
        }
    }
}
