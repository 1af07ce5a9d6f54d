using System.Text.Json.Nodes;
using Attribution.Diagnostics;
using Attribution.Models;
using Attribution.Models.Lora;
using Attribution.Models.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Tests.Models;

/// <summary>An adapter's files.</summary>
public sealed partial class LoraTests
{
    [Fact]
    public void The_files_are_those_that_PEFT_writes()
    {
        using var tiny = TinyCheckpoint.Llama();
        using var model = tiny.Load();
        using var adapter = LoraAdapter.Attach(model, Config("q_proj", rank: 2, alpha: 8), 1);
        adapter.Save(_folder);
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "adapter_config.json")))!;
        json["peft_type"]!.GetValue<string>().ShouldBe("LORA");
        (json["r"]!.GetValue<int>(), json["lora_alpha"]!.GetValue<double>()).ShouldBe((2, 8.0));
        json["target_modules"]!.AsArray().Select(x => x!.GetValue<string>()).ShouldBe(["q_proj"]);
        json["base_model_name_or_path"]!.GetValue<string>().ShouldBe(Path.GetFileName(tiny.Folder));
        using var file = SafetensorsFile.Open(Path.Combine(_folder, "adapter_model.safetensors"));
        file.Entries.Count.ShouldBe(6);
        file["base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"].Shape.ShouldBe([2L, 16]);
        file["base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight"].Shape.ShouldBe([24L, 2]);
    }

    [Fact]
    public void Configurations_as_PEFT_writes_them_are_read()
    {
        using var tiny = TinyCheckpoint.Llama();
        using var model = tiny.Load();
        using (var adapter = LoraAdapter.Attach(model, Config("q_proj,o_proj"), 1))
            adapter.Save(_folder);
        Edit(json =>
        {
            foreach (var (name, value) in JsonNode.Parse("""
                {"alora_invocation_tokens":null,"alpha_pattern":{},"arrow_config":null,"auto_mapping":null,"corda_config":null,"eva_config":null,
                 "exclude_modules":null,"layer_replication":null,"layers_pattern":null,"layers_to_transform":null,"loftq_config":{},"lora_bias":false,
                 "megatron_config":null,"megatron_core":"megatron.core","modules_to_save":null,"qalora_group_size":16,"rank_pattern":{},"revision":null,
                 "target_parameters":null,"trainable_token_indices":null,"use_qalora":false,"peft_version":"0.19.1","ensure_weight_tying":false,
                 "option_of_tomorrow":[],"target_modules":"all-linear"}
                """)!.AsObject())
                json[name] = value?.DeepClone();
        });
        using var loaded = LoraAdapter.Load(model, _folder);
        loaded.Weights.Count.ShouldBe(6);
    }

    [Theory]
    [InlineData("use_dora", "true")]
    [InlineData("use_rslora", "true")]
    [InlineData("bias", "\"all\"")]
    [InlineData("fan_in_fan_out", "true")]
    [InlineData("init_lora_weights", "\"pissa\"")]
    [InlineData("rank_pattern", """{"q_proj":4}""")]
    [InlineData("modules_to_save", """["lm_head"]""")]
    [InlineData("peft_type", "\"IA3\"")]
    [InlineData("alora_invocation_tokens", "[5,9,11]")]
    [InlineData("arrow_config", """{"top_k":3}""")]
    [InlineData("an_option_of_tomorrow", "1")]
    [InlineData("an_option_of_tomorrow", "true")]
    public void An_option_of_PEFT_that_is_not_implemented_is_an_error_that_names_it(string option, string value)
    {
        var error = LoadError(edit: json => json[option] = JsonNode.Parse(value));
        (error.Code, error.Property).ShouldBe((ErrorCodes.ModelOptionUnsupported, option));
        error.File.ShouldBe(Path.Combine(_folder, "adapter_config.json"));
    }

    [SharedFact("cases", "adapter", "alora")]
    public void The_case_of_an_adapter_that_acts_behind_some_tokens_alone_is_refused_by_name()
    {
        var error = LoadError(edit: json =>
        {
            foreach (var (name, value) in JsonNode.Parse(File.ReadAllText(SharedData.Find("cases", "adapter", "alora", "adapter_config.json")!))!.AsObject())
                if (!json.ContainsKey(name))
                    json[name] = value?.DeepClone();
        });
        (error.Code, error.Property).ShouldBe((ErrorCodes.ModelOptionUnsupported, "alora_invocation_tokens"));
    }

    [Fact]
    public void Any_key_of_an_adapter_s_configuration_is_read_or_known_to_change_nothing_or_named()
    {
        var random = new Random(5);
        for (var i = 0; i < 40; i++)
        {
            var key = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => (char)random.Next('a', 'z' + 1))) + "_x";
            var error = LoadError(edit: json => json[key] = JsonNode.Parse(i % 2 == 0 ? "true" : """{"a":1}"""));
            (error.Code, error.Property).ShouldBe((ErrorCodes.ModelOptionUnsupported, key));
        }
    }

    [Fact]
    public void A_bad_adapter_is_an_error_that_says_what_is_wrong()
    {
        const string A = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight", B = "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight";
        LoadError(edit: json => json.Remove("r")).Property.ShouldBe("r");
        LoadError(edit: json => json["lora_dropout"] = 1).Property.ShouldBe("lora_dropout");
        LoadError(edit: json => json["r"] = 5).ShouldSatisfyAllConditions(e => e.Property.ShouldBe(A), e => e.Message.ShouldContain("[5, 16]"));
        LoadError(edit: json => json["target_modules"] = new JsonArray("q_proj", "wq")).Message.ShouldContain("'wq'");
        LoadError(edit: json => json["target_modules"] = new JsonArray("q_proj", "k_proj")).Property!.ShouldContain("k_proj");
        LoadError(tensors: t => t.Where(s => s.Name != B)).ShouldSatisfyAllConditions(e => e.Property.ShouldBe(A), e => e.Message.ShouldContain("counterpart"));
        LoadError(tensors: t => t.Where(s => !s.Name.Contains("layers.1."))).Property!.ShouldContain("layers.1.self_attn.q_proj");
        LoadError(tensors: t => t.Append(TinyCheckpoint.Source("base_model.model.model.layers.9.self_attn.q_proj.lora_A.weight", new double[32],
            [2, 16]))).Message.ShouldContain("does not have");
        LoadError(tensors: t => t.Append(TinyCheckpoint.Source("model.norm.weight", new double[16], [16]))).Message.ShouldContain("not a name");
        LoadError(other: TinyCheckpoint.Phi3()).Message.ShouldContain("q_proj"); // another family has other matrices
        // Or other shapes.
        LoadError(other: TinyCheckpoint.Qwen3()).ShouldSatisfyAllConditions(e => e.Property.ShouldBe(B), e => e.Message.ShouldContain("[32, 2]"));
        File.Delete(Path.Combine(_folder, "adapter_model.safetensors"));
        Should.Throw<AttributionException>(() => Load(TinyCheckpoint.Llama())).File.ShouldBe(Path.Combine(_folder, "adapter_model.safetensors"));
        File.Delete(Path.Combine(_folder, "adapter_config.json"));
        Should.Throw<AttributionException>(() => Load(TinyCheckpoint.Llama())).File.ShouldBe(Path.Combine(_folder, "adapter_config.json"));
    }
}
