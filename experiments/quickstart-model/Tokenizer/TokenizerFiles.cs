using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using QuickstartModel.Corpus;

namespace QuickstartModel.Tokenizer;

/// <summary>Trains the tokenizer and writes it as Hugging Face's <c>tokenizer.json</c> and <c>tokenizer_config.json</c>.</summary>
internal static class TokenizerFiles
{
    public const int MaxTokens = 512;
    private const int Documents = 20_000;

    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(ICorpus corpus, string folder)
    {
        var trainer = new BpeTrainer();
        for (var i = 0; i < Documents; i++)
            foreach (var message in corpus.Document(i))
                trainer.Add(message.Content);

        Directory.CreateDirectory(folder);
        var merges = trainer.Train(corpus.VocabularySize - ChatFormat.SpecialTokens.Count - 256);
        Save(Path.Combine(folder, "tokenizer.json"), Tokenizer(merges));
        Save(Path.Combine(folder, "tokenizer_config.json"), Configuration());
    }

    public static void Save(string path, JsonNode json) => File.WriteAllText(path, json.ToJsonString(Options) + "\n");

    private static JsonObject Tokenizer(IReadOnlyList<(string Left, string Right)> merges)
    {
        var vocabulary = new JsonObject();
        foreach (var token in ChatFormat.SpecialTokens)
            vocabulary.Add(token, vocabulary.Count);
        foreach (var symbol in ByteLevel.Alphabet)
            vocabulary.Add(symbol.ToString(), vocabulary.Count);
        foreach (var (left, right) in merges)
            vocabulary.Add(left + right, vocabulary.Count);

        return new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray([.. ChatFormat.SpecialTokens.Select((token, id) => new JsonObject
            {
                ["id"] = id,
                ["content"] = token,
                ["single_word"] = false,
                ["lstrip"] = false,
                ["rstrip"] = false,
                ["normalized"] = false,
                ["special"] = true,
            })]),
            ["normalizer"] = null,
            ["pre_tokenizer"] = new JsonObject
            {
                ["type"] = "Sequence",
                ["pretokenizers"] = new JsonArray(
                    new JsonObject
                    {
                        ["type"] = "Split",
                        ["pattern"] = new JsonObject { ["Regex"] = BpeTrainer.WordPattern },
                        ["behavior"] = "Isolated",
                        ["invert"] = false,
                    },
                    new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = false }),
            },
            ["post_processor"] = null,
            ["decoder"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = true, ["trim_offsets"] = true, ["use_regex"] = true },
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = null,
                ["continuing_subword_prefix"] = null,
                ["end_of_word_suffix"] = null,
                ["fuse_unk"] = false,
                ["byte_fallback"] = false,
                ["ignore_merges"] = false,
                ["vocab"] = vocabulary,
                ["merges"] = new JsonArray([.. merges.Select(merge => (JsonNode)$"{merge.Left} {merge.Right}")]),
            },
        };
    }

    private static JsonObject Configuration() => new()
    {
        ["tokenizer_class"] = "PreTrainedTokenizerFast",
        ["bos_token"] = ChatFormat.Begin,
        ["eos_token"] = ChatFormat.End,
        ["pad_token"] = ChatFormat.Pad,
        ["unk_token"] = null,
        ["add_bos_token"] = false,
        ["clean_up_tokenization_spaces"] = false,
        ["model_max_length"] = MaxTokens,
        ["chat_template"] = ChatFormat.Template,
    };
}
