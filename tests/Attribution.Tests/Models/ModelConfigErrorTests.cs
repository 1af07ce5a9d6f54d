using System.Text.Json.Nodes;
using Attribution.Diagnostics;
using Attribution.Models;
using Attribution.Models.Safetensors;

namespace Attribution.Tests.Models;

/// <summary>Configurations, and weights beside them, that are refused, and what the error names.</summary>
public sealed class ModelConfigErrorTests
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

    [Theory]
    [InlineData("{\"a\\ud800\":1,\"b\":2}")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    [InlineData("{\"a\":[{\"b\":\"x\\udc00\"}]}")]
    public void Half_of_a_surrogate_pair_is_an_error_with_a_code(string config)
    {
        var error = Should.Throw<AttributionException>(() => ModelConfigReader.Parse(config, "config.json"));
        error.Code.ShouldBe(ErrorCodes.ModelConfigInvalid);
        error.Message.ShouldContain("not valid JSON");
    }

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
            """{"model_type":"llama","vocab_size":100,"hidden_size":64,"intermediate_size":128,"num_hidden_layers":2,"num_attention_heads":4"""
                + ""","rms_norm_eps":1e-5,"max_position_embeddings":128,"hidden_act":"silu"}""")!;
        json[property] = value;
        var error = Should.Throw<AttributionException>(() => ModelConfigReader.Parse(json.ToJsonString(), "config.json"));
        (error.Code, error.Property).ShouldBe((ErrorCodes.ModelConfigInvalid, property));
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
    [InlineData("gemma2", "sliding_window", "null")]
    [InlineData("gemma3", "sliding_window", "null")]
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
