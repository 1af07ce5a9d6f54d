using Attribution.Models;

namespace Attribution.Tests.Models;

/// <summary>The families, each small, with the values of its own definition.</summary>
internal sealed partial class TinyCheckpoint
{
    public static TinyCheckpoint Llama(string rope = """{"rope_type":"llama3","factor":8.0"""
        + ""","low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":64}""")
    {
        double Scaled(double f)
        {
            if (rope.Contains("linear"))
                return f / 2.5;
            var wavelength = 2 * Math.PI / f;
            if (wavelength < 64 / 4.0)
                return f;
            if (wavelength > 64 / 1.0)
                return f / 8;
            var smooth = ((64 / wavelength) - 1.0) / (4.0 - 1.0);
            return ((1 - smooth) * f / 8) + (smooth * f);
        }
        return Make($$"""
            {"model_type":"llama","vocab_size":23,"hidden_size":16,"intermediate_size":20,"num_hidden_layers":3,"num_attention_heads":4,
             "num_key_value_heads":2,"head_dim":6,"hidden_act":"silu","max_position_embeddings":512,"rms_norm_eps":1e-5,"rope_theta":100.0,
             "attention_bias":true,"mlp_bias":true,"tie_word_embeddings":false,"eos_token_id":[5,7],"rope_scaling":{{rope}}}
            """,
            new NaiveTransformer
            {
                Vocabulary = 23,
                Hidden = 16,
                FeedForward = 20,
                Blocks = 3,
                Heads = 4,
                KeyValueHeads = 2,
                HeadSize = 6,
                Epsilon = 1e-5,
                Frequencies = (_, _) => [.. Powers(100, 6).Select(Scaled)],
                Weights = [],
            }, biases: "qkvo gud");
    }

    public static TinyCheckpoint Mistral() => Make("""
        {"model_type":"mistral","vocab_size":23,"hidden_size":16,"intermediate_size":20,"num_hidden_layers":3,"num_attention_heads":4,
         "num_key_value_heads":2,"hidden_act":"silu","max_position_embeddings":512,"rms_norm_eps":1e-5,"rope_theta":10000.0,"sliding_window":7}
        """,
        new NaiveTransformer
        {
            Vocabulary = 23,
            Hidden = 16,
            FeedForward = 20,
            Blocks = 3,
            Heads = 4,
            KeyValueHeads = 2,
            HeadSize = 4,
            Epsilon = 1e-5,
            Windows = [7, 7, 7],
            Frequencies = (_, _) => Powers(10000, 4),
            Weights = [],
        });

    public static TinyCheckpoint Qwen2() => Make("""
        {"model_type":"qwen2","vocab_size":23,"hidden_size":16,"intermediate_size":20,"num_hidden_layers":3,"num_attention_heads":4,
         "num_key_value_heads":1,"hidden_act":"silu","max_position_embeddings":512,"rms_norm_eps":1e-6,"rope_theta":1000000.0,
         "use_sliding_window":true,"sliding_window":5,"max_window_layers":2,"tie_word_embeddings":true}
        """,
        new NaiveTransformer
        {
            Vocabulary = 23,
            Hidden = 16,
            FeedForward = 20,
            Blocks = 3,
            Heads = 4,
            KeyValueHeads = 1,
            HeadSize = 4,
            Tied = true,
            Windows = [0, 0, 5],
            Frequencies = (_, _) => Powers(1000000, 4),
            Weights = [],
        }, biases: "qkv");

    public static TinyCheckpoint Qwen3() => Make("""
        {"model_type":"qwen3","vocab_size":23,"hidden_size":16,"intermediate_size":20,"num_hidden_layers":3,"num_attention_heads":4,
         "num_key_value_heads":2,"head_dim":8,"hidden_act":"silu","max_position_embeddings":512,"rms_norm_eps":1e-6,"attention_bias":false,
         "rope_parameters":{"rope_theta":1000000.0,"rope_type":"default"},"use_sliding_window":false,"sliding_window":null,"max_window_layers":3,
         "layer_types":["full_attention","full_attention","full_attention"],"tie_word_embeddings":false,"dtype":"float32"}
        """,
        new NaiveTransformer
        {
            Vocabulary = 23,
            Hidden = 16,
            FeedForward = 20,
            Blocks = 3,
            Heads = 4,
            KeyValueHeads = 2,
            HeadSize = 8,
            HeadNorms = true,
            Frequencies = (_, _) => Powers(1000000, 8),
            Weights = [],
        });

    /// <summary>Longrope switches at 16 tokens; 6 of 8 components are rotated.</summary>
    public static TinyCheckpoint Phi3() => Make("""
        {"model_type":"phi3","vocab_size":23,"hidden_size":32,"intermediate_size":20,"num_hidden_layers":3,"num_attention_heads":4,
         "num_key_value_heads":2,"hidden_act":"silu","max_position_embeddings":64,"original_max_position_embeddings":16,"rms_norm_eps":1e-5,
         "rope_theta":10000.0,"partial_rotary_factor":0.75,"sliding_window":262144,"embd_pdrop":0.0,"resid_pdrop":0.0,"attention_bias":false,
         "full_attn_mod":1,"interpolate_factor":1,"lm_head_bias":false,"mlp_bias":false,"tie_word_embeddings":true,
         "rope_scaling":{"type":"longrope","short_factor":[1.0,1.5,2.0],"long_factor":[2.5,3.0,8.0]}}
        """,
        new NaiveTransformer
        {
            Vocabulary = 23,
            Hidden = 32,
            FeedForward = 20,
            Blocks = 3,
            Heads = 4,
            KeyValueHeads = 2,
            HeadSize = 8,
            Epsilon = 1e-5,
            Fused = true,
            Tied = true,
            RotaryFactor = Math.Sqrt(1 + (Math.Log(4) / Math.Log(16))),
            Frequencies = (_, length) => [.. Powers(10000, 6).Zip(length > 16 ? [2.5, 3.0, 8.0] : new[] { 1.0, 1.5, 2.0 }, (f, s) => f / s)],
            Weights = [],
        });

    /// <summary>Blocks 0, 1 and 3 see 6 positions; block 2 sees all, with a base of its own and its positions divided by 8.</summary>
    public static TinyCheckpoint Gemma3() => Make("""
        {"model_type":"gemma3_text","vocab_size":23,"hidden_size":16,"intermediate_size":20,"num_hidden_layers":4,"num_attention_heads":4,
         "num_key_value_heads":2,"head_dim":8,"hidden_activation":"gelu_pytorch_tanh","max_position_embeddings":512,"rms_norm_eps":1e-6,
         "rope_theta":1000000.0,"rope_local_base_freq":10000.0,"rope_scaling":{"rope_type":"linear","factor":8.0},"sliding_window":6,
         "sliding_window_pattern":3,"query_pre_attn_scalar":11,"attn_logit_softcapping":null,"final_logit_softcapping":null,"attention_bias":false}
        """,
        new NaiveTransformer
        {
            Vocabulary = 23,
            Hidden = 16,
            FeedForward = 20,
            Blocks = 4,
            Heads = 4,
            KeyValueHeads = 2,
            HeadSize = 8,
            Gemma = true,
            HeadNorms = true,
            Tied = true,
            QueryScalar = 11,
            Windows = [6, 6, 0, 6],
            Frequencies = (block, _) => block == 2 ? [.. Powers(1000000, 8).Select(f => f / 8)] : Powers(10000, 8),
            Weights = [],
        });

    /// <summary>Blocks 0 and 2 see 6 positions; the caps are near enough to the scores and logits to bend them.</summary>
    public static TinyCheckpoint Gemma2() => Make("""
        {"model_type":"gemma2","vocab_size":23,"hidden_size":16,"intermediate_size":20,"num_hidden_layers":3,"num_attention_heads":4,
         "num_key_value_heads":2,"head_dim":8,"hidden_act":"gelu_pytorch_tanh","hidden_activation":"gelu_pytorch_tanh",
         "max_position_embeddings":512,"rms_norm_eps":1e-6,
         "rope_theta":10000.0,"sliding_window":6,"query_pre_attn_scalar":11,"attn_logit_softcapping":2.0,"final_logit_softcapping":3.0,"attention_bias":false,
         "cache_implementation":"hybrid","attention_dropout":0.0}
        """,
        new NaiveTransformer
        {
            Vocabulary = 23,
            Hidden = 16,
            FeedForward = 20,
            Blocks = 3,
            Heads = 4,
            KeyValueHeads = 2,
            HeadSize = 8,
            Gemma = true,
            Tied = true,
            QueryScalar = 11,
            AttentionCap = 2,
            LogitCap = 3,
            Windows = [6, 0, 6],
            Frequencies = (_, _) => Powers(10000, 8),
            Weights = [],
        });

    public static TinyCheckpoint Olmo2() => Make("""
        {"model_type":"olmo2","vocab_size":23,"hidden_size":16,"intermediate_size":20,"num_hidden_layers":3,"num_attention_heads":4,
         "num_key_value_heads":2,"hidden_act":"silu","max_position_embeddings":512,"rms_norm_eps":1e-6,"rope_theta":500000.0,"rope_scaling":null,
         "attention_bias":false,"attention_dropout":0.0,"tie_word_embeddings":false}
        """,
        new NaiveTransformer
        {
            Vocabulary = 23,
            Hidden = 16,
            FeedForward = 20,
            Blocks = 3,
            Heads = 4,
            KeyValueHeads = 2,
            HeadSize = 4,
            OutputNormsOnly = true,
            Frequencies = (_, _) => Powers(500000, 4),
            Weights = [],
        });

    /// <summary>Block 1 knows no positions.</summary>
    public static TinyCheckpoint SmolLm3() => Make("""
        {"model_type":"smollm3","vocab_size":23,"hidden_size":16,"intermediate_size":20,"num_hidden_layers":3,"num_attention_heads":4,
         "num_key_value_heads":2,"hidden_act":"silu","max_position_embeddings":512,"rms_norm_eps":1e-6,"rope_theta":5000000.0,"rope_scaling":null,
         "no_rope_layers":[1,0,1],"no_rope_layer_interval":4,"use_sliding_window":false,"sliding_window":null,"max_window_layers":28,
         "layer_types":["full_attention","full_attention","full_attention"],"attention_bias":false,"mlp_bias":false,"attention_dropout":0.0}
        """,
        new NaiveTransformer
        {
            Vocabulary = 23,
            Hidden = 16,
            FeedForward = 20,
            Blocks = 3,
            Heads = 4,
            KeyValueHeads = 2,
            HeadSize = 4,
            Tied = true,
            Unrotated = [false, true, false],
            Frequencies = (_, _) => Powers(5000000, 4),
            Weights = [],
        });

    public static TinyCheckpoint Granite() => Make("""
        {"model_type":"granite","vocab_size":23,"hidden_size":16,"intermediate_size":20,"num_hidden_layers":3,"num_attention_heads":4,
         "num_key_value_heads":2,"hidden_act":"silu","max_position_embeddings":512,"rms_norm_eps":1e-5,"rope_theta":10000.0,"rope_scaling":null,
         "embedding_multiplier":3.0,"attention_multiplier":0.4,"residual_multiplier":0.22,"logits_scaling":2.5,"attention_bias":false,"mlp_bias":false,
         "tie_word_embeddings":true,"attention_dropout":0.1}
        """,
        new NaiveTransformer
        {
            Vocabulary = 23,
            Hidden = 16,
            FeedForward = 20,
            Blocks = 3,
            Heads = 4,
            KeyValueHeads = 2,
            HeadSize = 4,
            Epsilon = 1e-5,
            Tied = true,
            EmbeddingFactor = 3,
            ResidualFactor = 0.22,
            LogitDivisor = 2.5,
            QueryScalar = 6.25,
            Frequencies = (_, _) => Powers(10000, 4),
            Weights = [],
        });

    public static TinyCheckpoint Of(string name) => name switch
    {
        "llama3" => Llama(),
        "llama-linear" => Llama("""{"type":"linear","factor":2.5}"""),
        "mistral" => Mistral(),
        "qwen2" => Qwen2(),
        "qwen3" => Qwen3(),
        "phi3" => Phi3(),
        "gemma3" => Gemma3(),
        "gemma2" => Gemma2(),
        "olmo2" => Olmo2(),
        "smollm3" => SmolLm3(),
        "granite" => Granite(),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };
}
