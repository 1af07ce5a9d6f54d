using System.Text.Json.Nodes;
using Attribution.Diagnostics;
using Attribution.Models;
using Attribution.Models.Safetensors;
using FsCheck;
using FsCheck.Fluent;

namespace Attribution.Tests.Models;

public sealed class ModelConfigTests
{
    [Fact]
    public void A_stored_head_that_differs_from_the_tied_embedding_is_refused_and_one_that_equals_it_is_not()
    {
        using var tiny = TinyCheckpoint.Qwen2();
        var path = Path.Combine(tiny.Folder, "model.safetensors");
        var embedding = tiny.Naive.Weights["model.embed_tokens.weight"];
        var all = tiny.Naive.Weights.Select(w => TinyCheckpoint.Source(w.Key, w.Value, ShapeIn(path, w.Key))).ToArray();
        SafetensorsWriter.Write(path, all.Append(TinyCheckpoint.Source("lm_head.weight", embedding, [23, 16])));
        using (var model = tiny.Load())
            model.Config.TieWordEmbeddings.ShouldBeTrue();

        SafetensorsWriter.Write(path, all.Append(TinyCheckpoint.Source("lm_head.weight", [.. embedding.Select((x, i) => i == 7 ? x + 1 : x)], [23, 16])));
        var error = Should.Throw<AttributionException>(() => tiny.Load());
        (error.Code, error.Property).ShouldBe((ErrorCodes.ModelWeightsInvalid, "lm_head.weight"));
        error.Message.ShouldContain("tie_word_embeddings");

        tiny.EditConfig(json => json["tie_word_embeddings"] = false);
        using var untied = tiny.Load();
        untied.Transformer.Weights.ContainsKey("lm_head.weight").ShouldBeTrue();

        File.WriteAllText(Path.Combine(tiny.Folder, "adapter_config.json"), "{}");
        Should.Throw<AttributionException>(() => tiny.Load()).Message.ShouldContain("also holds an adapter");

        static long[] ShapeIn(string path, string name)
        {
            using var file = SafetensorsFile.Open(path);
            return [.. file[name].Shape];
        }
    }

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

    [Fact]
    public void A_name_with_half_of_a_surrogate_pair_is_an_error_with_a_code() =>
        Should.Throw<AttributionException>(() => ModelConfigReader.Parse("{\"a\\ud800\":1,\"b\":2}",
            "config.json")).Code.ShouldBe(ErrorCodes.ModelConfigInvalid);

    [Theory]
    [InlineData("num_hidden_layers", 2147483647)]
    [InlineData("num_hidden_layers", 20_000)]
    [InlineData("num_attention_heads", 2147483647)]
    [InlineData("num_key_value_heads", 2147483647)]
    [InlineData("hidden_size", 2147483647)]
    [InlineData("head_dim", 2147483647)]
    [InlineData("head_dim", -8)]
    [InlineData("intermediate_size", 2147483647)]
    [InlineData("vocab_size", 2147483647)]
    public void A_size_that_no_model_has_is_refused_before_memory_is_taken_for_it(string property, int value)
    {
        var json = System.Text.Json.Nodes.JsonNode.Parse(
            """{"model_type":"llama","vocab_size":100,"hidden_size":64,"intermediate_size":128,"num_hidden_layers":2,"num_attention_heads":4,"rms_norm_eps":1e-5,"max_position_embeddings":128,"hidden_act":"silu"}""")!;
        json[property] = value;
        var error = Should.Throw<AttributionException>(() => ModelConfigReader.Parse(json.ToJsonString(), "config.json"));
        (error.Code, error.Property).ShouldBe((ErrorCodes.ModelConfigInvalid, property));
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
        qwen.EditConfig(json => json["use_sliding_window"] = false);
        ModelConfig.Load(qwen.Folder).SlidingWindows.ShouldBe([null, null, null]);
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

    [Theory]
    [InlineData("gemma3", "final_logit_softcapping", "30.0")]
    [InlineData("gemma3", "attn_logit_softcapping", "50.0")]
    [InlineData("gemma3", "use_bidirectional_attention", "true")]
    [InlineData("llama3", "hidden_act", "\"gelu\"")]
    [InlineData("llama3", "attention_multiplier", "0.5")]
    [InlineData("llama3", "partial_rotary_factor", "0.5")]
    [InlineData("llama3", "quantization_config", """{"bits":4}""")]
    [InlineData("llama3", "an_option_nobody_has_heard_of", "1")]
    [InlineData("mistral", "mlp_bias", "true")]
    [InlineData("mistral", "layer_types", """["full_attention","full_attention","full_attention"]""")]
    [InlineData("llama3", "layer_types", """["full_attention","full_attention","chunked_attention"]""")]
    [InlineData("qwen2", "layer_types", """["full_attention","full_attention","chunked_attention"]""")]
    [InlineData("qwen3", "rope_parameters", """{"rope_type":"yarn","factor":4.0}""", "rope_parameters.rope_type")]
    [InlineData("llama3", "rope_scaling", """{"rope_type":"dynamic","factor":4.0}""", "rope_scaling.rope_type")]
    [InlineData("llama3", "rope_scaling", """{"rope_type":"linear","factor":4.0,"mrope_section":[1,1]}""", "rope_scaling.mrope_section")]
    [InlineData("phi3", "lm_head_bias", "true")]
    public void An_option_that_would_change_the_numbers_is_an_error_that_names_it(string family, string option, string value, string? named = null)
    {
        using var tiny = TinyCheckpoint.Of(family);
        tiny.EditConfig(json => json[option] = JsonNode.Parse(value));
        var error = Should.Throw<AttributionException>(() => ModelConfig.Load(tiny.Folder));
        error.Code.ShouldBe(ErrorCodes.ModelOptionUnsupported);
        error.Property.ShouldBe(named ?? option);
        error.File.ShouldBe(Path.Combine(tiny.Folder, "config.json"));
    }

    [Theory]
    [InlineData("llama3", "vocab_size", null)]
    [InlineData("llama3", "hidden_size", "\"16\"")]
    [InlineData("llama3", "num_hidden_layers", "0")]
    [InlineData("llama3", "num_key_value_heads", "3")]
    [InlineData("llama3", "rms_norm_eps", "[]")]
    [InlineData("llama3", "attention_bias", "1")]
    [InlineData("llama3", "eos_token_id", "[1.5]")]
    [InlineData("llama3", "rope_scaling", "\"linear\"")]
    [InlineData("llama3", "rope_scaling", """{"rope_type":"linear"}""", "rope_scaling.factor")]
    [InlineData("llama3", "torch_dtype", "\"int8\"")]
    [InlineData("llama3", "model_type", null)]
    [InlineData("mistral", "sliding_window", "0")]
    [InlineData("mistral", "hidden_size", "18")]
    [InlineData("qwen2", "layer_types", """["full_attention"]""")]
    [InlineData("phi3", "rope_scaling", """{"type":"longrope","short_factor":[1.0],"long_factor":[1.0,1.0,1.0]}""", "rope_scaling.short_factor")]
    public void A_missing_or_impossible_property_is_an_error_that_names_it(string family, string property, string? value, string? named = null)
    {
        using var tiny = TinyCheckpoint.Of(family);
        tiny.EditConfig(json =>
        {
            if (value is null)
                json.Remove(property);
            else
                json[property] = JsonNode.Parse(value);
        });
        var error = Should.Throw<AttributionException>(() => ModelConfig.Load(tiny.Folder));
        (error.Code, error.Property).ShouldBe((ErrorCodes.ModelConfigInvalid, named ?? property));
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

    [Theory]
    [InlineData("model_type", "\"mixtral\"")]
    [InlineData("model_type", "\"qwen3_moe\"")]
    [InlineData("num_local_experts", "8")]
    public void A_mixture_of_experts_is_said_to_be_one(string property, string value)
    {
        using var tiny = TinyCheckpoint.Llama();
        tiny.EditConfig(json => json[property] = JsonNode.Parse(value));
        var error = Should.Throw<AttributionException>(() => ModelConfig.Load(tiny.Folder));
        error.Code.ShouldBe(ErrorCodes.ModelTypeUnknown);
        error.Message.ShouldContain("mixture of experts");
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

    [Fact]
    public void An_odd_rotation_is_an_error()
    {
        using var tiny = TinyCheckpoint.Phi3();
        tiny.EditConfig(json => json["partial_rotary_factor"] = 0.4);
        tiny.EditConfig(json => json.Remove("rope_scaling"));
        Should.Throw<AttributionException>(() => ModelConfig.Load(tiny.Folder)).Property.ShouldBe("partial_rotary_factor");
    }

    [Fact]
    public void An_unknown_family_is_an_error_that_lists_the_known_ones()
    {
        using var tiny = TinyCheckpoint.Llama();
        tiny.EditConfig(json => json["model_type"] = "mamba");
        var error = Should.Throw<AttributionException>(() => ModelConfig.Load(tiny.Folder));
        error.Code.ShouldBe(ErrorCodes.ModelTypeUnknown);
        error.Message.ShouldContain("mamba");
        error.Message.ShouldContain("gemma3_text");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"model_type":"llama","model_type":"llama"}""")]
    public void A_file_that_is_missing_or_no_object_is_an_error_that_names_it(string? text)
    {
        using var tiny = TinyCheckpoint.Llama();
        var path = Path.Combine(tiny.Folder, "config.json");
        File.Delete(path);
        if (text is not null)
            File.WriteAllText(path, text);
        var error = Should.Throw<AttributionException>(() => ModelConfig.Load(tiny.Folder));
        (error.Code, error.File).ShouldBe((ErrorCodes.ModelConfigInvalid, path));
    }

    [Fact]
    public void Weights_that_do_not_fit_the_configuration_are_errors_that_name_the_tensor()
    {
        using var tiny = TinyCheckpoint.Llama();
        const string Name = "model.layers.1.mlp.up_proj.weight";
        var all = tiny.Sources().ToArray();

        Wrong(all.Where(s => s.Name != Name), Name, "missing");
        Wrong(all.Select(s => s.Name == Name ? TinyCheckpoint.Source(Name, tiny.Naive.Weights[Name], [16, 20]) : s), Name, "[16, 20]");
        Wrong(all.Append(TinyCheckpoint.Source("model.layers.3.mlp.up_proj.weight", new double[320], [20, 16])), "model.layers.3.mlp.up_proj.weight", "no use");
        var packed = new SafetensorsSource(Name, SafetensorsDType.I8, [20, 16], stream => stream.Write(new byte[320]));
        Wrong(all.Select(s => s.Name == Name ? packed : s), Name, "quantised");

        // Frequencies that old checkpoints stored are not weights.
        tiny.WriteWeights(all.Append(TinyCheckpoint.Source("model.layers.0.self_attn.rotary_emb.inv_freq", new double[3], [3])));
        tiny.Load().Dispose();

        void Wrong(IEnumerable<SafetensorsSource> sources, string tensor, string said)
        {
            tiny.WriteWeights(sources);
            var error = Should.Throw<AttributionException>(tiny.Load);
            (error.Code, error.Property).ShouldBe((ErrorCodes.ModelWeightsInvalid, tensor));
            error.Message.ShouldContain(said);
        }
    }
}
