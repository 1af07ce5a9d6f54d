using System.Text.Json;
using Attribution.Tokenization;

namespace Attribution.Tests.Tokenization;

/// <summary>The tokenizer of real weights against ids that another program computed.</summary>
public sealed class StoriesTokenizerTests
{
    [SharedFact("models", "stories260k")]
    public void The_prompts_of_the_gold_file_have_its_ids()
    {
        var folder = SharedData.Find("models", "stories260k")!;
        var tokenizer = Tokenizer.Load(folder);
        tokenizer.VocabularySize.ShouldBe(512);
        (tokenizer.BosToken, tokenizer.EosToken, tokenizer.UnkToken, tokenizer.PadToken).ShouldBe(("<s>", "</s>", "<unk>", null));
        using var gold = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "gold", "logits.json")));
        foreach (var prompt in gold.RootElement.GetProperty("prompts").EnumerateArray())
        {
            var text = prompt.GetProperty("text").GetString()!;
            var ids = prompt.GetProperty("input_ids").Deserialize<int[]>()!;
            tokenizer.EncodeToIds(text).ShouldBe(ids);
            tokenizer.Decode(ids, skipSpecialTokens: true).ShouldBe(text);
        }
    }
}
