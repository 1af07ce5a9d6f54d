using System.Text.Json.Nodes;
using Attribution.Diagnostics;
using Attribution.Models;
using Attribution.Models.Safetensors;

namespace Attribution.Tests.Models;

public sealed class ModelConfigTests
{
    [Fact]
    public void Both_spellings_of_transformers_4_and_5_give_one_configuration()
    {
        using var tiny = TinyModel.Gemma3();
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

        using var llama = TinyModel.Llama();
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

        static void Same(ModelConfig a, ModelConfig b) => (a with { Source = b.Source, DataType = b.DataType, SlidingWindows = b.SlidingWindows, EosTokenIds = b.EosTokenIds }).ShouldBe(b);
    }

    [Theory]
    // What a published file may carry without changing a number is let through.
    [InlineData("qwen2", "attention_dropout", "0.1")]
    [InlineData("llama3", "pretraining_tp", "1")]
    [InlineData("llama3", "id2label", """{"0":"LABEL_0"}""")]
    [InlineData("gemma3", "final_logit_softcapping", "null")]
    public void Options_that_leave_the_numbers_alone_are_accepted(string family, string option, string value)
    {
        using var tiny = TinyModel.Of(family);
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
    [InlineData("qwen2", "layer_types", """["full_attention","full_attention","chunked_attention"]""")]
    [InlineData("qwen3", "rope_parameters", """{"rope_type":"yarn","factor":4.0}""", "rope_parameters.rope_type")]
    [InlineData("llama3", "rope_scaling", """{"rope_type":"dynamic","factor":4.0}""", "rope_scaling.rope_type")]
    [InlineData("llama3", "rope_scaling", """{"rope_type":"linear","factor":4.0,"mrope_section":[1,1]}""", "rope_scaling.mrope_section")]
    [InlineData("phi3", "lm_head_bias", "true")]
    public void An_option_that_would_change_the_numbers_is_an_error_that_names_it(string family, string option, string value, string? named = null)
    {
        using var tiny = TinyModel.Of(family);
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
        using var tiny = TinyModel.Of(family);
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
    public void An_odd_rotation_is_an_error()
    {
        using var tiny = TinyModel.Phi3();
        tiny.EditConfig(json => json["partial_rotary_factor"] = 0.4);
        tiny.EditConfig(json => json.Remove("rope_scaling"));
        Should.Throw<AttributionException>(() => ModelConfig.Load(tiny.Folder)).Property.ShouldBe("partial_rotary_factor");
    }

    [Fact]
    public void An_unknown_family_is_an_error_that_lists_the_known_ones()
    {
        using var tiny = TinyModel.Llama();
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
        using var tiny = TinyModel.Llama();
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
        using var tiny = TinyModel.Llama();
        const string Name = "model.layers.1.mlp.up_proj.weight";
        var all = tiny.Sources().ToArray();

        Wrong(all.Where(s => s.Name != Name), Name, "missing");
        Wrong(all.Select(s => s.Name == Name ? TinyModel.Source(Name, tiny.Naive.Weights[Name], [16, 20]) : s), Name, "[16, 20]");
        Wrong(all.Append(TinyModel.Source("model.layers.3.mlp.up_proj.weight", new double[320], [20, 16])), "model.layers.3.mlp.up_proj.weight", "no use");
        var packed = new SafetensorsSource(Name, SafetensorsDType.I8, [20, 16], stream => stream.Write(new byte[320]));
        Wrong(all.Select(s => s.Name == Name ? packed : s), Name, "quantised");

        // Frequencies that old checkpoints stored are not weights.
        tiny.WriteWeights(all.Append(TinyModel.Source("model.layers.0.self_attn.rotary_emb.inv_freq", new double[3], [3])));
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
