using System.Collections.Frozen;
using Attribution.Diagnostics;

namespace Attribution.Models;

/// <summary>
/// Maps a published <c>config.json</c> to a <see cref="ModelConfig"/>, with one small mapping per family and the defaults of the family's own Hugging Face
/// configuration class. It reads the spelling of transformers 4 (<c>rope_theta</c>, <c>rope_scaling</c>, <c>torch_dtype</c>) and that of transformers 5
/// (<c>rope_parameters</c>, <c>dtype</c>). A property that is neither mapped nor known to leave the numbers unchanged is an error, because a wrong mask or
/// angle must not go unnoticed.
/// </summary>
internal static partial class ModelConfigReader
{
    public static ModelConfig Read(string file) => Map(ConfigFile.Open(file), file);

    public static ModelConfig Parse(string json, string file) => Map(ConfigFile.Parse(json, file), file);

    private static ModelConfig Map(ConfigFile config, string file)
    {
        var type = config.Text("model_type") ?? throw config.Missing("model_type");
        Func<ConfigFile, ModelConfig, ModelConfig>? family = type switch
        {
            "llama" => Llama,
            "mistral" => Mistral,
            "qwen2" => Qwen2,
            "qwen3" => Qwen3,
            "phi3" => Phi3,
            "gemma2" => Gemma2,
            "gemma3_text" => Gemma3,
            "olmo2" => Olmo2,
            "smollm3" => SmolLm3,
            "granite" => Granite,
            _ => null,
        };
        if (HasExperts(config, type))
            throw new AttributionException(ErrorCodes.ModelTypeUnknown,
                $"The model_type '{type}' is a mixture of experts, which is not supported: use a dense model of {Families}.")
            {
                File = file,
                Property = "model_type"
            };
        if (family is null)
            throw new AttributionException(ErrorCodes.ModelTypeUnknown, $"The model_type '{type}' is not one of {Families}.")
            {
                File = file,
                Property = "model_type"
            };

        var model = family(config, Common(config, type));
        foreach (var option in NotImplemented)
            config.RequireOff(option.Key, option.Value);
        model = WithLayerTypes(config, model);
        config.RejectUnread(NeutralOptions.Names);
        Check(config, model);
        return model;
    }

    private const string Families = "llama, mistral, qwen2, qwen3, phi3, gemma2, gemma3_text, olmo2, smollm3, granite";

    private static bool HasExperts(ConfigFile config, string type) => type.Contains("moe", StringComparison.OrdinalIgnoreCase)
        || type is "mixtral" or "dbrx" or "deepseek_v2" or "deepseek_v3" or "gpt_oss" or "jamba" or "llama4" or "llama4_text" or "minimax"
        || new[] { "num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts" }.Any(name => config.Json[name] is not null
            && config.OptionalInt(name) > 1);

    /// <summary>A hundred times the size of the largest models.</summary>
    private const int MostBlocks = 10_000, MostHeads = 1 << 14, MostWidth = 1 << 20;

    private static ModelConfig Common(ConfigFile config, string type)
    {
        var heads = config.Size("num_attention_heads", most: MostHeads);
        var hidden = config.Size("hidden_size", most: MostWidth);
        var blocks = config.Size("num_hidden_layers", most: MostBlocks);
        var size = config.OptionalInt("head_dim") ?? (type switch { "qwen3" => 128, "gemma2" or "gemma3_text" => 256, _ => hidden / heads });
        if (size is < 1 or > MostHeads)
            throw config.Invalid("head_dim", $"a positive integer of at most {MostHeads}");
        var rotary = Rotary(config, config.Section("rope_parameters") ?? config.Section("rope_scaling"), size, type == "smollm3" ? 2_000_000 : 10_000);
        return new ModelConfig
        {
            ModelType = type,
            VocabularySize = config.Size("vocab_size", most: MostWidth * 16),
            HiddenSize = hidden,
            IntermediateSize = config.Size("intermediate_size", most: MostWidth * 16),
            BlockCount = blocks,
            HeadCount = heads,
            KeyValueHeadCount = config.Size("num_key_value_heads", type is "llama" or "phi3" or "olmo2" or "granite" ? heads : type == "smollm3" ? 4 : null,
                MostHeads),
            HeadSize = size,
            NormEpsilon = config.Double("rms_norm_eps"),
            MaxPositions = config.Size("max_position_embeddings"),
            TieWordEmbeddings = config.Bool("tie_word_embeddings", false),
            Activation = Activate(config, "hidden_act"),
            DataType = DataType(config.Text("dtype") ?? config.Text("torch_dtype")),
            QueryScalar = size,
            Rotary = rotary,
            WindowRotary = rotary,
            SlidingWindows = new int?[blocks],
            BosTokenId = config.OptionalInt("bos_token_id"),
            EosTokenIds = config.TokenIds("eos_token_id"),
            Source = config.Json,
        };
    }

    // The form that str() gives a torch dtype.
    private static string? DataType(string? name) => name?.StartsWith("torch.", StringComparison.Ordinal) == true ? name[6..] : name;

    /// <summary>
    /// Checks <c>layer_types</c> for a family that does not read it. transformers 5 writes it for all families; it must agree with what the family does anyway.
    /// </summary>
    private static ModelConfig WithLayerTypes(ConfigFile config, ModelConfig model)
    {
        if (config.WasRead("layer_types") || LayerTypes(config, model.BlockCount,
            model.SlidingWindows.FirstOrDefault(window => window is not null)) is not { } windows)
            return model;
        return windows.SequenceEqual(model.SlidingWindows) ? model : throw config.Unsupported("layer_types");
    }

    private static int?[]? LayerTypes(ConfigFile config, int blocks, int? window)
    {
        if (config.Texts("layer_types") is not { } types)
            return null;
        if (types.Count != blocks)
            throw config.Invalid("layer_types", $"one entry per layer ({blocks})");
        return [.. types.Select(type => type switch
        {
            "full_attention" => (int?)null,
            "sliding_attention" => window ?? throw config.Invalid("layer_types", "without 'sliding_attention', for the file sets no sliding window"),
            _ => throw config.Unsupported("layer_types"),
        })];
    }

    private static Activation Activate(ConfigFile config, string property) => config.Text(property) switch
    {
        "gelu_pytorch_tanh" => Activation.GeluTanh,
        "silu" or "swish" => Activation.Silu,
        null => property == "hidden_act" ? Activation.Silu : Activation.GeluTanh,
        _ => throw config.Unsupported(property),
    };

    private static RotaryConfig Rotary(ConfigFile config, ConfigFile? rope, int headSize, double theta)
    {
        // Gemma's own mapping reads its two sets.
        if (rope?.Section("full_attention") is not null)
            return new RotaryConfig(theta, headSize, new RotaryScaling.None());
        // If both spellings exist, the newer one, inside rope_parameters, wins.
        theta = config.OptionalDouble("rope_theta") ?? theta;
        theta = rope?.OptionalDouble("rope_theta") ?? theta;
        var partial = config.OptionalDouble("partial_rotary_factor") ?? 1;
        partial = rope?.OptionalDouble("partial_rotary_factor") ?? partial;
        if (partial != 1 && config.Text("model_type") != "phi3")
            throw config.Unsupported("partial_rotary_factor");
        var dimensions = (int)(headSize * partial);
        var kind = rope?.Text("rope_type") ?? rope?.Text("type") ?? "default";
        if (kind is "su" or "yarn" && config.Text("model_type") == "phi3")
            kind = "longrope"; // the name in Phi-3's first releases
        RotaryScaling scaling = kind switch
        {
            "default" => new RotaryScaling.None(),
            "linear" => new RotaryScaling.Linear(rope!.Double("factor")),
            "llama3" => new RotaryScaling.Llama3(rope!.Double("factor"), rope.Double("low_freq_factor"), rope.Double("high_freq_factor"),
                rope.Size("original_max_position_embeddings")),
            "longrope" => LongRope(config, rope!, dimensions),
            _ => throw rope!.Unsupported(rope.Has("rope_type") ? "rope_type" : "type"),
        };
        config.OptionalInt("original_max_position_embeddings");
        rope?.Text("type");
        rope?.RejectUnread(FrozenSet<string>.Empty);
        return new RotaryConfig(theta, dimensions, scaling);
    }

    private static RotaryScaling.LongRope LongRope(ConfigFile config, ConfigFile rope, int dimensions)
    {
        IReadOnlyList<double> Factors(string name) => rope.Numbers(name) switch
        {
            null => throw rope.Missing(name),
            { } factors when factors.Count == dimensions / 2 => factors,
            _ => throw rope.Invalid(name, $"a list of {dimensions / 2} numbers, one per rotated pair"),
        };

        var original = rope.OptionalInt("original_max_position_embeddings") ?? config.Size("original_max_position_embeddings");
        var factor = rope.OptionalDouble("factor") ?? (double)config.Size("max_position_embeddings") / original;
        var attention = rope.OptionalDouble("attention_factor") ?? (factor <= 1 ? 1 : Math.Sqrt(1 + Math.Log(factor) / Math.Log(original)));
        return new RotaryScaling.LongRope(Factors("short_factor"), Factors("long_factor"), original, attention);
    }

    private static void Check(ConfigFile config, ModelConfig model)
    {
        if (model.HeadCount % model.KeyValueHeadCount != 0)
            throw config.Invalid("num_key_value_heads", $"a divisor of num_attention_heads ({model.HeadCount})");
        if (!config.Has("head_dim") && model.HiddenSize % model.HeadCount != 0 && model.ModelType is not ("qwen3" or "gemma2" or "gemma3_text"))
            throw config.Invalid("hidden_size", $"a multiple of num_attention_heads ({model.HeadCount}) where head_dim is not given");
        if (model.Rotary.Dimensions is var rotated && (rotated % 2 != 0 || rotated < 2 || rotated > model.HeadSize))
            throw config.Invalid(config.Has("partial_rotary_factor") ? "partial_rotary_factor" : "head_dim",
                $"such that an even number of the {model.HeadSize} components of a head is rotated, not {rotated}");
        if (model.SlidingWindows.Any(window => window <= 0))
            throw config.Invalid("sliding_window", "a positive integer");
        if (model.DataType is not (null or "float32" or "bfloat16" or "float16"))
            throw config.Invalid(config.Has("dtype") ? "dtype" : "torch_dtype", "float32, bfloat16 or float16");
    }

    /// <summary>Options of these families, or of close relatives, that change the numbers, with the values that switch them off.</summary>
    private static readonly FrozenDictionary<string, string[]> NotImplemented = new Dictionary<string, string[]>
    {
        ["attention_bias"] = ["false"], // the mappings of families that have it read it
        ["attention_multiplier"] = ["1", "1.0"],
        ["attn_logit_softcapping"] = [],
        ["clip_qkv"] = [],
        ["embedding_multiplier"] = ["1", "1.0"],
        ["final_logit_softcapping"] = [],
        ["full_attn_mod"] = ["1", "1.0"],
        ["interpolate_factor"] = ["1", "1.0"],
        ["is_encoder_decoder"] = ["false"],
        ["add_cross_attention"] = ["false"],
        ["lm_head_bias"] = ["false"],
        ["logit_scale"] = ["1", "1.0"],
        ["logits_scaling"] = ["1", "1.0"],
        ["mlp_bias"] = ["false"],
        ["quantization_config"] = [],
        ["residual_multiplier"] = ["1", "1.0"],
        ["rope_interleaved"] = ["false"],
        ["use_bidirectional_attention"] = ["false"],
        ["use_mrope"] = ["false"],
        ["use_qk_norm"] = ["false"],
    }.ToFrozenDictionary();
}
