using System.Collections.Frozen;

namespace Attribution.Models;

/// <content>What is a family's own.</content>
internal static partial class ModelConfigReader
{
    private static ModelConfig Llama(ConfigFile config, ModelConfig model) => model with
    {
        QueryKeyValueBias = config.Bool("attention_bias", false),
        OutputBias = config.Bool("attention_bias", false),
        MlpBias = config.Bool("mlp_bias", false),
    };

    private static ModelConfig Mistral(ConfigFile config, ModelConfig model) =>
        model with { SlidingWindows = [.. Enumerable.Repeat(Window(config), model.BlockCount)] };

    private static ModelConfig Qwen2(ConfigFile config, ModelConfig model) =>
        model with { QueryKeyValueBias = true, SlidingWindows = QwenWindows(config, model.BlockCount) };

    private static ModelConfig Qwen3(ConfigFile config, ModelConfig model) => model with
    {
        QueryKeyNorm = true,
        QueryKeyValueBias = config.Bool("attention_bias", false),
        OutputBias = config.Bool("attention_bias", false),
        SlidingWindows = QwenWindows(config, model.BlockCount),
    };

    private static ModelConfig Phi3(ConfigFile config, ModelConfig model) => model with
    {
        FusedProjections = true,
        SlidingWindows = [.. Enumerable.Repeat(config.OptionalInt("sliding_window"), model.BlockCount)],
    };

    private static ModelConfig Gemma2(ConfigFile config, ModelConfig model)
    {
        double? Cap(string name, double otherwise) => config.Json.ContainsKey(name) ? config.OptionalDouble(name) : otherwise;
        var window = Window(config) is > 0 and var size ? size : throw config.Invalid("sliding_window", "a positive integer");
        return model with
        {
            TieWordEmbeddings = config.Bool("tie_word_embeddings", true),
            Activation = Activate(config, "hidden_activation"),
            QueryKeyValueBias = config.Bool("attention_bias", false),
            OutputBias = config.Bool("attention_bias", false),
            UnitOffsetNorm = true,
            PostNorms = true,
            ScaledEmbeddings = true,
            QueryScalar = config.Double("query_pre_attn_scalar", 256),
            AttentionSoftCap = Cap("attn_logit_softcapping", 50),
            LogitSoftCap = Cap("final_logit_softcapping", 30),
            SlidingWindows = LayerTypes(config, model.BlockCount, window)
                ?? [.. Enumerable.Range(0, model.BlockCount).Select(i => i % 2 == 0 ? (int?)window : null)],
        };
    }

    private static ModelConfig Olmo2(ConfigFile config, ModelConfig model) => model with
    {
        QueryKeyValueBias = config.Bool("attention_bias", false),
        OutputBias = config.Bool("attention_bias", false),
        PreNorms = false,
        PostNorms = true,
        QueryKeyNorm = true,
        WholeQueryKeyNorm = true,
        WideNorm = true,
    };

    private static ModelConfig SmolLm3(ConfigFile config, ModelConfig model)
    {
        var interval = config.Int("no_rope_layer_interval", 4);
        // In spite of the property's name, 1 means that a block is rotated.
        var rotated = config.Numbers("no_rope_layers") ?? [.. Enumerable.Range(1, model.BlockCount).Select(i => i % interval == 0 ? 0.0 : 1)];
        if (rotated.Count != model.BlockCount)
            throw config.Invalid("no_rope_layers", $"one entry per layer ({model.BlockCount})");
        int? window = config.OptionalInt("sliding_window") is { } size && config.Bool("use_sliding_window", false) ? size : null;
        _ = config.Bool("use_sliding_window", false);
        _ = config.OptionalInt("max_window_layers");
        return model with
        {
            TieWordEmbeddings = config.Bool("tie_word_embeddings", true),
            QueryKeyValueBias = config.Bool("attention_bias", false),
            OutputBias = config.Bool("attention_bias", false),
            MlpBias = config.Bool("mlp_bias", false),
            RotatedBlocks = [.. rotated.Select(rotates => rotates != 0)],
            SlidingWindows = LayerTypes(config, model.BlockCount, window) ?? [.. rotated.Select(rotates => rotates == 0 ? window : null)],
        };
    }

    private static ModelConfig Granite(ConfigFile config, ModelConfig model) => model with
    {
        QueryKeyValueBias = config.Bool("attention_bias", false),
        OutputBias = config.Bool("attention_bias", false),
        MlpBias = config.Bool("mlp_bias", false),
        EmbeddingMultiplier = config.Double("embedding_multiplier", 1),
        ResidualMultiplier = config.Double("residual_multiplier", 1),
        LogitDivisor = config.Double("logits_scaling", 1),
        // Scores are multiplied by this factor instead of divided by sqrt(d).
        QueryScalar = Math.Pow(config.Double("attention_multiplier", 1), -2),
    };

    private static ModelConfig Gemma3(ConfigFile config, ModelConfig model)
    {
        var both = config.Section("rope_parameters");
        // transformers 5 has one set of rotary parameters per kind of block; transformers 4 has a base for each kind and scales only the global one.
        var global = both is null
            ? Rotary(config, config.Section("rope_scaling"), model.HeadSize, 1_000_000)
            : Rotary(config, both.Section("full_attention") ?? throw both.Missing("full_attention"), model.HeadSize, 1_000_000);
        var local = both is null
            ? new RotaryConfig(config.Double("rope_local_base_freq", 10_000), model.HeadSize, new RotaryScaling.None())
            : Rotary(config, both.Section("sliding_attention") ?? throw both.Missing("sliding_attention"), model.HeadSize, 10_000);
        both?.RejectUnread(FrozenSet<string>.Empty);

        var pattern = config.OptionalInt("sliding_window_pattern") ?? config.Int("_sliding_window_pattern", 6);
        var window = Window(config) is > 0 and var size ? size : throw config.Invalid("sliding_window", "a positive integer");
        var windows = LayerTypes(config, model.BlockCount, window)
            ?? [.. Enumerable.Range(0, model.BlockCount).Select(i => (i + 1) % pattern == 0 ? (int?)null : window)];
        return model with
        {
            TieWordEmbeddings = config.Bool("tie_word_embeddings", true),
            Activation = Activate(config, "hidden_activation"),
            QueryKeyValueBias = config.Bool("attention_bias", false),
            OutputBias = config.Bool("attention_bias", false),
            QueryKeyNorm = true,
            UnitOffsetNorm = true,
            PostNorms = true,
            ScaledEmbeddings = true,
            QueryScalar = config.Double("query_pre_attn_scalar", 256),
            Rotary = global,
            WindowRotary = local,
            SlidingWindows = windows,
        };
    }

    // An absent value means 4096, and null means no window.
    private static int? Window(ConfigFile config) =>
        config.Json.ContainsKey("sliding_window") ? config.OptionalInt("sliding_window") : 4096;

    private static int?[] QwenWindows(ConfigFile config, int blocks)
    {
        var window = Window(config);
        var first = config.Int("max_window_layers", 28);
        var used = config.Bool("use_sliding_window", false) ? window : null;
        return LayerTypes(config, blocks, used)
            ?? [.. Enumerable.Range(0, blocks).Select(i => i >= first ? used : null)];
    }
}
