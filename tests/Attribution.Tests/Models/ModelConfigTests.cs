using System.Text.Json.Nodes;
using Attribution.Diagnostics;
using Attribution.Models;
using FsCheck;
using FsCheck.Fluent;

namespace Attribution.Tests.Models;

/// <summary>What is read of configurations as people have them, and what is taken where they say nothing.</summary>
public sealed class ModelConfigTests
{
    [Fact]
    public void Both_spellings_of_transformers_4_and_5_give_one_configuration()
    {
        using var tiny = TinyCheckpoint.Gemma3();
        var older = ModelConfig.Load(tiny.Folder);
        tiny.EditConfig(json =>
        {
            foreach (var name in (string[])["rope_theta", "rope_local_base_freq", "rope_scaling", "sliding_window_pattern"])
                json.Remove(name);
            json["rope_parameters"] = JsonNode.Parse("""
                {"full_attention":{"rope_type":"linear","rope_theta":1000000.0,"factor":8.0},"sliding_attention":{"rope_type":"default","rope_theta":10000.0}}
                """);
            json["layer_types"] = new JsonArray("sliding_attention", "sliding_attention", "full_attention", "sliding_attention");
            json["dtype"] = "bfloat16";
        });
        var newer = ModelConfig.Load(tiny.Folder);
        newer.DataType.ShouldBe("bfloat16");
        newer.SlidingWindows.ShouldBe([6, 6, null, 6]);
        Same(newer, older);

        using var llama = TinyCheckpoint.Llama();
        older = ModelConfig.Load(llama.Folder);
        llama.EditConfig(json =>
        {
            var rope = json["rope_scaling"]!.DeepClone();
            rope["rope_theta"] = 100.0;
            json.Remove("rope_scaling");
            json.Remove("rope_theta");
            json["rope_parameters"] = rope;
        });
        Same(ModelConfig.Load(llama.Folder), older);

        static void Same(ModelConfig a, ModelConfig b) => (a with
        {
            Source = b.Source,
            DataType = b.DataType,
            SlidingWindows = b.SlidingWindows,
            EosTokenIds = b.EosTokenIds
        }).ShouldBe(b);
    }

    public static TheoryData<string, int, int, int?, string> Published => new()
    {
        { """
          {"architectures":["LlamaForCausalLM"],"attention_bias":false,"attention_dropout":0.0,"bos_token_id":128000,"eos_token_id":[128001,128008,128009],
           "hidden_act":"silu","hidden_size":4096,"initializer_range":0.02,"intermediate_size":14336,"max_position_embeddings":131072,"mlp_bias":false,
           "model_type":"llama","num_attention_heads":32,"num_hidden_layers":32,"num_key_value_heads":8,"pretraining_tp":1,"rms_norm_eps":1e-05,
           "rope_scaling":{"factor":8.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":8192,"rope_type":"llama3"},
           "rope_theta":500000.0,"tie_word_embeddings":false,"torch_dtype":"bfloat16","transformers_version":"4.42.3","use_cache":true,"vocab_size":128256}
          """, 128, 128, null, "Llama3" },
        { """
          {"architectures":["MistralForCausalLM"],"attention_dropout":0.0,"bos_token_id":1,"eos_token_id":2,"head_dim":128,"hidden_act":"silu",
           "hidden_size":5120,"initializer_range":0.02,"intermediate_size":14336,"max_position_embeddings":1024000,"model_type":"mistral",
           "num_attention_heads":32,"num_hidden_layers":40,"num_key_value_heads":8,"rms_norm_eps":1e-05,"rope_theta":1000000.0,"sliding_window":null,
           "tie_word_embeddings":false,"torch_dtype":"bfloat16","transformers_version":"4.43.0.dev0","use_cache":true,"vocab_size":131072}
          """, 128, 128, null, "None" },
        { """
          {"architectures":["Qwen2ForCausalLM"],"attention_dropout":0.0,"bos_token_id":151643,"eos_token_id":151645,"hidden_act":"silu",
           "hidden_size":3584,"initializer_range":0.02,"intermediate_size":18944,"max_position_embeddings":32768,"max_window_layers":28,
           "model_type":"qwen2","num_attention_heads":28,"num_hidden_layers":28,"num_key_value_heads":4,"rms_norm_eps":1e-06,"rope_theta":1000000.0,
           "sliding_window":131072,"tie_word_embeddings":false,"torch_dtype":"bfloat16","use_cache":true,"use_sliding_window":false,"vocab_size":152064}
          """, 128, 128, null, "None" },
        { """
          {"architectures":["Qwen3ForCausalLM"],"attention_bias":false,"attention_dropout":0.0,"bos_token_id":151643,"eos_token_id":151645,
           "head_dim":128,"hidden_act":"silu","hidden_size":2560,"initializer_range":0.02,"intermediate_size":9728,"max_position_embeddings":40960,
           "max_window_layers":36,"model_type":"qwen3","num_attention_heads":32,"num_hidden_layers":36,"num_key_value_heads":8,"rms_norm_eps":1e-06,
           "rope_scaling":null,"rope_theta":1000000,"sliding_window":null,"tie_word_embeddings":true,"torch_dtype":"bfloat16","use_cache":true,
           "use_sliding_window":false,"vocab_size":151936}
          """, 128, 128, null, "None" },
        { $$"""
          {"architectures":["Phi3ForCausalLM"],"attention_bias":false,"attention_dropout":0.0,"auto_map":{"AutoConfig":"configuration_phi3.Phi3Config"},
           "bos_token_id":199999,"embd_pdrop":0.0,"eos_token_id":199999,"full_attn_mod":1,"hidden_act":"silu","hidden_size":3072,
           "initializer_range":0.02,"intermediate_size":8192,"interpolate_factor":1,"lm_head_bias":false,"max_position_embeddings":131072,
           "mlp_bias":false,"model_type":"phi3","num_attention_heads":24,"num_hidden_layers":32,"num_key_value_heads":8,
           "original_max_position_embeddings":4096,"pad_token_id":199999,"partial_rotary_factor":0.75,"resid_pdrop":0.0,"rms_norm_eps":1e-05,
           "rope_scaling":{"long_factor":[{{Ones(48)}}],"short_factor":[{{Ones(48)}}],"type":"longrope"},"rope_theta":10000.0,"sliding_window":262144,
           "tie_word_embeddings":true,"torch_dtype":"bfloat16","transformers_version":"4.45.0","use_cache":true,"vocab_size":200064}
          """, 128, 96, 262144, "LongRope" },
        { """
          {"architectures":["Gemma3ForCausalLM"],"attention_bias":false,"attention_dropout":0.0,"attn_logit_softcapping":null,"bos_token_id":2,
           "cache_implementation":"hybrid","eos_token_id":[1,106],"final_logit_softcapping":null,"head_dim":256,"hidden_activation":"gelu_pytorch_tanh",
           "hidden_size":1152,"initializer_range":0.02,"intermediate_size":6912,"max_position_embeddings":32768,"model_type":"gemma3_text",
           "num_attention_heads":4,"num_hidden_layers":26,"num_key_value_heads":1,"pad_token_id":0,"query_pre_attn_scalar":256,"rms_norm_eps":1e-06,
           "rope_local_base_freq":10000,"rope_scaling":null,"rope_theta":1000000,"sliding_window":512,"sliding_window_pattern":6,
           "torch_dtype":"bfloat16","transformers_version":"4.50.0.dev0","use_cache":true,"vocab_size":262144}
          """, 256, 256, 512, "None" },
    };

    [Theory, MemberData(nameof(Published))]
    public void Configurations_as_they_are_published_are_read(string json, int headSize, int rotated, int? firstWindow, string scaling)
    {
        var config = ModelConfigReader.Parse(json, "config.json");
        config.HeadSize.ShouldBe(headSize);
        config.Rotary.Dimensions.ShouldBe(rotated);
        config.SlidingWindows[0].ShouldBe(firstWindow);
        config.Rotary.Scaling.GetType().Name.ShouldBe(scaling);
        config.DataType.ShouldBe("bfloat16");
        if (config.ModelType == "gemma3_text")
        {
            config.SlidingWindows.Index().Where(w => w.Item is null).Select(w => w.Index).ShouldBe([5, 11, 17, 23]);
            (config.WindowRotary.Theta, config.Rotary.Theta, config.TieWordEmbeddings).ShouldBe((10000.0, 1000000.0, true));
        }
        if (config.Rotary.Scaling is RotaryScaling.LongRope rope)
            rope.AttentionFactor.ShouldBe(1.190238, 1e-6); // sqrt(1 + ln 32 / ln 4096)
    }

    private static string Ones(int count) => string.Join(',', Enumerable.Repeat("1.0", count));

    [Fact]
    public void What_a_file_leaves_out_is_what_the_family_s_own_class_takes()
    {
        using var mistral = TinyCheckpoint.Mistral();
        mistral.EditConfig(json => json.Remove("sliding_window"));
        ModelConfig.Load(mistral.Folder).SlidingWindows.ShouldBe([4096, 4096, 4096]);
        mistral.EditConfig(json => json["sliding_window"] = null);
        ModelConfig.Load(mistral.Folder).SlidingWindows.ShouldBe([null, null, null]);

        using var gemma = TinyCheckpoint.Gemma3();
        gemma.EditConfig(json =>
        {
            foreach (var name in (string[])["rope_theta", "rope_local_base_freq", "sliding_window", "sliding_window_pattern", "query_pre_attn_scalar",
                "hidden_activation"])
                json.Remove(name);
        });
        var config = ModelConfig.Load(gemma.Folder);
        (config.Rotary.Theta, config.WindowRotary.Theta, config.QueryScalar, config.Activation).ShouldBe((1e6, 1e4, 256.0, Activation.GeluTanh));
        config.SlidingWindows.ShouldBe([4096, 4096, 4096, 4096]);

        using var qwen = TinyCheckpoint.Qwen2();
        qwen.EditConfig(json => json.Remove("sliding_window"));
        ModelConfig.Load(qwen.Folder).SlidingWindows.ShouldBe([null, null, 4096]);
        qwen.EditConfig(json => json["sliding_window"] = null);
        ModelConfig.Load(qwen.Folder).SlidingWindows.ShouldBe([null, null, null]);
        qwen.EditConfig(json => (json["use_sliding_window"], json["sliding_window"]) = (false, 5));
        ModelConfig.Load(qwen.Folder).SlidingWindows.ShouldBe([null, null, null]);

        using var qwen3 = TinyCheckpoint.Of("qwen3");
        qwen3.EditConfig(json => (json["use_sliding_window"], json["max_window_layers"]) = (true, 0));
        ModelConfig.Load(qwen3.Folder).SlidingWindows.ShouldAllBe(window => window == null);
    }

    [Theory]
    // What a published file may carry without changing a number is let through.
    [InlineData("qwen2", "attention_dropout", "0.1")]
    [InlineData("llama3", "pretraining_tp", "1")]
    [InlineData("llama3", "layer_types", """["full_attention","full_attention","full_attention"]""")]
    [InlineData("mistral", "layer_types", """["sliding_attention","sliding_attention","sliding_attention"]""")]
    [InlineData("llama3", "neftune_noise_alpha", "5")]
    [InlineData("llama3", "mask_token_id", "4")]
    [InlineData("llama3", "torch_dtype", "\"torch.float32\"")]
    [InlineData("llama3", "tokenizer_model_max_length", "512")]
    [InlineData("llama3", "hidden_dropout", "0.1")]
    [InlineData("llama3", "model_name", "\"x\"")]
    [InlineData("llama3", "id2label", """{"0":"LABEL_0"}""")]
    [InlineData("gemma3", "final_logit_softcapping", "null")]
    public void Options_that_leave_the_numbers_alone_are_accepted(string family, string option, string value)
    {
        using var tiny = TinyCheckpoint.Of(family);
        tiny.EditConfig(json => json[option] = JsonNode.Parse(value));
        ModelConfig.Load(tiny.Folder).BlockCount.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Any_key_of_a_configuration_is_read_or_on_the_list_of_what_changes_nothing_or_named() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(
            ArbMap.Default.GeneratorFor<NonEmptyString>().Select(key => string.Concat(key.Get.EnumerateRunes())).Where(key =>
                !key.StartsWith('_')).ToArbitrary(),
            key =>
            {
                using var tiny = TinyCheckpoint.Llama();
                var had = false;
                tiny.EditConfig(json => (had, json[key]) = (json.ContainsKey(key), json[key]?.DeepClone() ?? JsonValue.Create(1)));
                if (had || NeutralOptions.ReasonOf(key) is not null)
                    return ModelConfig.Load(tiny.Folder).BlockCount == 3;
                return Should.Throw<AttributionException>(() => ModelConfig.Load(tiny.Folder)).Property == key;
            }));

    [Fact]
    public void What_changes_nothing_has_a_reason_and_stands_there_once()
    {
        foreach (var name in NeutralOptions.Names)
            NeutralOptions.ReasonOf(name).ShouldNotBeNullOrEmpty();
        using var tiny = TinyCheckpoint.Llama();
        tiny.EditConfig(json =>
        {
            foreach (var name in NeutralOptions.Names.Except(["dtype", "torch_dtype"]))
                json[name] = 1;
        });
        ModelConfig.Load(tiny.Folder).BlockCount.ShouldBe(3);
    }

    [SharedTheory("cases", "config")]
    [InlineData("v5-llama.json")]
    [InlineData("torchdtype.json")]
    [InlineData("unknown-harmless.json")]
    [InlineData("temperature.json")]
    public void The_cases_of_configurations_that_people_have_are_read(string name)
    {
        using var folder = new TemporaryFolder();
        folder.Write("config.json", File.ReadAllText(SharedData.Find("cases", "config", name)!));
        var config = ModelConfig.Load(folder.Path);
        (config.BlockCount, config.DataType, config.HeadSize).ShouldBe((4, "float32", 32));
        config.SlidingWindows.ShouldAllBe(window => window == null);
    }

    [Fact]
    public void What_newer_families_leave_out_is_what_their_own_class_takes()
    {
        using var gemma = TinyCheckpoint.Gemma2();
        gemma.EditConfig(json =>
        {
            foreach (var name in (string[])["attn_logit_softcapping", "final_logit_softcapping", "query_pre_attn_scalar", "sliding_window"])
                json.Remove(name);
        });
        var config = ModelConfig.Load(gemma.Folder);
        (config.AttentionSoftCap, config.LogitSoftCap, config.QueryScalar).ShouldBe((50.0, 30.0, 256.0));
        config.SlidingWindows.ShouldBe([4096, null, 4096]);
        gemma.EditConfig(json => json["attn_logit_softcapping"] = null);
        ModelConfig.Load(gemma.Folder).AttentionSoftCap.ShouldBeNull();

        using var smol = TinyCheckpoint.SmolLm3();
        smol.EditConfig(json => (json["num_hidden_layers"], json["layer_types"], json["no_rope_layers"]) = (8, null, null));
        smol.EditConfig(json => json.Remove("rope_theta"));
        config = ModelConfig.Load(smol.Folder);
        config.RotatedBlocks.ShouldBe([true, true, true, false, true, true, true, false]);
        (config.Rotary.Theta, config.TieWordEmbeddings).ShouldBe((2_000_000.0, true));
        smol.EditConfig(json => (json["use_sliding_window"], json["sliding_window"]) = (true, 5));
        ModelConfig.Load(smol.Folder).SlidingWindows.ShouldBe([null, null, null, 5, null, null, null, 5]);
    }
}
