using Attribution.Models;

namespace Attribution.Tests;

/// <summary>A random Llama small enough to check by hand, and conversations for it.</summary>
internal static class TinyModel
{
    internal const int VocabularySize = 40;

    private const string Config = """
        {"model_type": "llama", "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4,
         "num_key_value_heads": 2, "vocab_size": 40, "max_position_embeddings": 64, "rms_norm_eps": 1e-5,
         "hidden_act": "silu", "tie_word_embeddings": false, "torch_dtype": "float32", "bos_token_id": 1, "eos_token_id": 2}
        """;

    /// <summary>The device of every model here.</summary>
    internal static TorchSharp.torch.Device Device { get; } = Attribution.Tensors.Devices.Of(TestDevice.Name);

    internal static void WriteConfig(string folder) => File.WriteAllText(Path.Combine(folder, "config.json"), Config);

    internal static CausalLanguageModel Create(long seed = 1)
    {
        using var folder = new TemporaryFolder();
        WriteConfig(folder.Path);
        return CausalLanguageModel.Random(ModelConfig.Load(folder.Path), seed, Device);
    }

    internal static TokenSequence[] Conversations(int count, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var length = random.Next(6, 14);
            var answer = random.Next(2, length - 1);
            return new TokenSequence(
                [.. Enumerable.Range(0, length).Select(_ => random.Next(3, VocabularySize))],
                [.. Enumerable.Range(0, length).Select(t => t >= length - answer)]);
        })];
    }
}
