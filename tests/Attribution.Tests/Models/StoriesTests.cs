using System.Text.Json;
using Attribution.Models;
using Attribution.Models.Generation;
using Attribution.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Tests.Models;

/// <summary>Real weights against numbers of the original pipeline.</summary>
public sealed class StoriesTests
{
    private static string Folder => SharedData.Find("models", "stories260k")!;

    [SharedFact("models", "stories260k")]
    public void Logits_are_the_gold_file_s_within_2e_4()
    {
        using var model = CausalLanguageModel.Load(Folder, TinyModel.Device);
        using var gold = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "gold", "logits.json")));
        using var none = no_grad();
        foreach (var prompt in gold.RootElement.GetProperty("prompts").EnumerateArray())
        {
            using var scope = NewDisposeScope();
            var ids = prompt.GetProperty("input_ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
            var expected = tensor(prompt.GetProperty("logits").EnumerateArray().SelectMany(row => row.EnumerateArray().Select(x => x.GetSingle())).ToArray(),
                [ids.Length, 512]);
            var stream = model.Transformer.Run(model.Transformer.Embed(Numbers.Ids(ids)), model.Transformer.Context(1, ids.Length), 0, 5);
            Numbers.LargestDifference(model.Transformer.Logits(stream)[0], expected).ShouldBeLessThan(2e-4);
        }
    }

    [SharedFact("models", "stories260k")]
    public void Greedy_text_from_the_bare_BOS_is_the_gold_text()
    {
        using var model = CausalLanguageModel.Load(Folder, TinyModel.Device);
        var text = new TextGenerator(model).Generate([[1]], new() { MaxNewTokens = 60 })[0];
        Tokenizer.Load(Folder).Decode([.. text.Tokens]).ShouldStartWith("Once upon a time, there was a little girl named Lily.");
    }
}
