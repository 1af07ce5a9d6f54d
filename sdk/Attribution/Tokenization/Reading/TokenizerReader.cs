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
        return new TokenizerDefinition
        {
            IdOfToken = vocabulary.IdOfToken,
            TokenOfId = vocabulary.TokenOfId,
            AddedTokens = added.Tokens,
            Notes = note is null ? added.Notes : [.. added.Notes, note],
            SpecialIds = [.. added.Tokens.Where(token => token.Special).Select(token => token.Id)],
            Normalizer = root.Find("normalizer") is { } normalizer ? NormalizerReader.Read(normalizer) : null,
            PreTokenizers = PreTokenizerReader.Read(preTokenizer, vocabulary),
            Model = vocabulary.Model,
            PostProcessor = PostProcessorReader.Read(root.Find("post_processor"), vocabulary.TokenOfId),
            Decoders = DecoderReader.Read(root.Find("decoder")),
            Names = new SpecialTokenNames(Name("bos_token"), Name("eos_token"), Name("unk_token"), Name("pad_token")),
        };

        string? Name(string name) => files.Named(name) is { } token ? FilesBeside.TextOf(token) : null;
    }

    /// <summary>Parses a JSON file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="decode">Whether to decode every string now; without it half of a surrogate pair is found where the string is read.</param>
    public static JsonDocument Parse(string file, bool decode = false)
    {
        FileIdentity.RequireFile(file);
        try
        {
            using var stream = File.OpenRead(file);
            var document = JsonDocument.Parse(stream);
            if (decode)
                _ = JsonSerializer.Serialize(document.RootElement);
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
