using Attribution.Models;
using static TorchSharp.torch;

namespace Attribution.Benchmarks;

/// <summary>The shapes of the random models that benchmarks run on.</summary>
internal static class BenchmarkModels
{
    /// <summary>A random model whose device draws its weights, which takes a GPU no time.</summary>
    public static CausalLanguageModel Random(ModelConfig config, Device device, ScalarType dtype)
    {
        manual_seed(1);
        return CausalLanguageModel.Random(config, device, dtype, shape => randn(shape, float32, device));
    }

    /// <summary>The configuration of a shape: small, 56m or 8b.</summary>
    public static ModelConfig Config(string shape)
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "config.json"), shape switch
            {
                "56m" => """
                    {"model_type":"llama","vocab_size":32000,"hidden_size":512,"intermediate_size":1376,
                     "num_hidden_layers":8,"num_attention_heads":8,"num_key_value_heads":4,
                     "hidden_act":"silu","max_position_embeddings":2048,"rms_norm_eps":1e-5,"rope_theta":10000.0,"tie_word_embeddings":false}
                    """,
                "small" => """
                    {"model_type":"llama","vocab_size":2048,"hidden_size":96,"intermediate_size":256,
                     "num_hidden_layers":4,"num_attention_heads":3,"num_key_value_heads":3,
                     "hidden_act":"silu","max_position_embeddings":2048,"rms_norm_eps":1e-5,"rope_theta":10000.0,"tie_word_embeddings":false}
                    """,
                "8b" => """
                    {"model_type":"llama","vocab_size":128256,"hidden_size":4096,"intermediate_size":14336,
                     "num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,
                     "hidden_act":"silu","max_position_embeddings":131072,"rms_norm_eps":1e-5,"rope_theta":500000.0,"tie_word_embeddings":false}
                    """,
                _ => throw new ArgumentException($"there is no shape '{shape}': small, 56m or 8b"),
            });
            return ModelConfig.Load(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
