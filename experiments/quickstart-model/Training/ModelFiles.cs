using System.Text.Json.Nodes;
using QuickstartModel.Tokenizer;

namespace QuickstartModel.Training;

/// <summary>The architecture of the tiny model, as Hugging Face's <c>config.json</c>: Llama's, as small as the language allows.</summary>
internal static class ModelFiles
{
    public static void WriteConfig(string folder, int vocabularySize, int blocks)
    {
        Directory.CreateDirectory(folder);
        TokenizerFiles.Save(Path.Combine(folder, "config.json"), new JsonObject
        {
            ["architectures"] = new JsonArray("LlamaForCausalLM"),
            ["model_type"] = "llama",
            ["vocab_size"] = vocabularySize,
            ["hidden_size"] = 96,
            ["intermediate_size"] = 256,
            ["num_hidden_layers"] = blocks,
            ["num_attention_heads"] = 3,
            ["num_key_value_heads"] = 3,
            ["head_dim"] = 32,
            ["hidden_act"] = "silu",
            ["rms_norm_eps"] = 1e-5,
            ["rope_theta"] = 10000.0,
            ["max_position_embeddings"] = TokenizerFiles.MaxTokens,
            ["attention_bias"] = false,
            ["mlp_bias"] = false,
            ["tie_word_embeddings"] = true,
            ["bos_token_id"] = ChatFormat.Id(ChatFormat.Begin),
            ["eos_token_id"] = ChatFormat.Id(ChatFormat.End),
            ["pad_token_id"] = ChatFormat.Id(ChatFormat.Pad),
            ["torch_dtype"] = "float32",
        });
    }
}
