using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Attribution.Diagnostics;
using Attribution.Models.Safetensors;
using TorchSharp;

namespace Attribution.Models.Lora;

/// <summary>An adapter's folder in PEFT's layout: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</summary>
internal sealed partial class LoraFiles
{
    public const string ConfigName = "adapter_config.json";

    private const string TensorsName = "adapter_model.safetensors";

    public required LoraConfig Config { get; init; }

    public required SafetensorsFile Tensors { get; init; }

    /// <summary>The adapted matrices, in the model's order.</summary>
    public required IReadOnlyList<Linear> Modules { get; init; }

    public torch.Tensor Tensor(string module, char which) => Tensors.Load(Key(module, which), torch.float32);

    public static LoraFiles Read(string folder, CausalLanguageModel model)
    {
        var file = Path.Combine(folder, ConfigName);
        var (config, made) = ReadConfig(file);
        var path = Path.Combine(folder, TensorsName);
        if (!File.Exists(path))
            throw new AttributionException(ErrorCodes.AdapterInvalid, $"The adapter's folder has no {TensorsName}.") { File = path };
        var tensors = SafetensorsFile.Open(path);
        try
        {
            var modules = ModulesOf(tensors, path, model, made);
            if (config.TargetModules.Count > 0)
                foreach (var linear in LoraAdapter.Targets(model, config, file).Except(modules))
                    throw Wrong(path, Key(linear.Name, 'A'), $"{ConfigName} targets '{linear.Name}', but the file has no adapter for it");
            foreach (var linear in modules)
                CheckShapes(tensors, path, linear, config, made);
            return new LoraFiles { Config = config with { TargetModules = [.. modules.Select(m => m.Name)] }, Tensors = tensors, Modules = modules };
        }
        catch
        {
            tensors.Dispose();
            throw;
        }
    }

    /// <param name="folder">The folder to write to.</param>
    /// <param name="adapter">The adapter.</param>
    /// <param name="baseModel">The name of the base model.</param>
    public static void Write(string folder, LoraAdapter adapter, string? baseModel)
    {
        Directory.CreateDirectory(folder);
        SafetensorsTensors.Save(Path.Combine(folder, TensorsName), adapter.Weights.SelectMany(w => new KeyValuePair<string, torch.Tensor>[]
        {
            new(Key(w.Linear.Name, 'A'), w.A),
            new(Key(w.Linear.Name, 'B'), w.B),
        }), new Dictionary<string, string> { ["format"] = "pt" });
        var json = new JsonObject
        {
            ["base_model_name_or_path"] = baseModel,
            ["bias"] = "none",
            ["fan_in_fan_out"] = false,
            ["inference_mode"] = true,
            ["init_lora_weights"] = true,
            ["lora_alpha"] = adapter.Config.Alpha,
            ["lora_dropout"] = adapter.Config.Dropout,
            ["peft_type"] = "LORA",
            ["r"] = adapter.Config.Rank,
            ["target_modules"] = new JsonArray([.. adapter.Config.TargetModules.Select(target => (JsonNode)target)]),
            ["task_type"] = "CAUSAL_LM",
            ["use_dora"] = false,
            ["use_rslora"] = false,
        };
        File.WriteAllText(Path.Combine(folder, ConfigName), json.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }

    private static (LoraConfig Config, string Base) ReadConfig(string file)
    {
        var json = ConfigFile.Open(file);
        if (json.Text("peft_type") is var type && type != "LORA")
            throw type is null ? json.Missing("peft_type") : json.Unsupported("peft_type");
        var config = new LoraConfig
        {
            Rank = json.Size("r"),
            Alpha = json.Double("lora_alpha"),
            Dropout = json.Double("lora_dropout", 0),
            // A string is a pattern or "all-linear": then only the file of tensors tells which matrices are adapted.
            TargetModules = json.Json["target_modules"] is JsonArray ? json.Texts("target_modules")! : [],
        };
        var baseModel = json.Text("base_model_name_or_path") ?? "an unnamed model";
        _ = json.Has("target_modules");
        if (config.Dropout is < 0 or >= 1)
            throw json.Invalid("lora_dropout", "from 0 to below 1");
        foreach (var (option, off) in NotImplemented)
            json.RequireOff(option, off);
        json.RejectUnread(ChangeNothing, mayBeEmpty: true);
        return (config, baseModel);
    }

    /// <summary>Options that record how an adapter was made, and do not change what it computes.</summary>
    private static readonly HashSet<string> ChangeNothing =
    [
        "auto_mapping", "corda_config", "eva_config", "inference_mode", "layers_pattern", "loftq_config", "lora_ga_config", "megatron_config", "megatron_core",
        "peft_version", "qalora_group_size", "revision", "runtime_config", "task_type",
    ];

    /// <summary>Options of PEFT that change what an adapter computes, with the values that switch them off.</summary>
    private static readonly Dictionary<string, string[]> NotImplemented = new()
    {
        ["alora_invocation_tokens"] = [], // the adapter acts only after these tokens
        ["alpha_pattern"] = ["{}"],
        ["bias"] = ["\"none\""],
        ["exclude_modules"] = [],
        ["fan_in_fan_out"] = ["false"],
        ["init_lora_weights"] = ["true", "false", "\"gaussian\"", "\"eva\"", "\"orthogonal\""], // the other values change the base model as well
        ["layer_replication"] = [],
        ["layers_to_transform"] = [],
        ["lora_bias"] = ["false"],
        ["modules_to_save"] = ["[]"],
        ["rank_pattern"] = ["{}"],
        ["target_parameters"] = ["[]"],
        ["trainable_token_indices"] = [],
        ["use_dora"] = ["false"],
        ["use_qalora"] = ["false"],
        ["use_rslora"] = ["false"],
    };

    private static List<Linear> ModulesOf(SafetensorsFile tensors, string path, CausalLanguageModel model, string made)
    {
        var named = new HashSet<string>();
        var byName = model.Transformer.Linears.ToDictionary(linear => linear.Name);
        foreach (var entry in tensors.Entries)
        {
            var key = KeyPattern().Match(entry.Name);
            if (!key.Success)
                throw Wrong(path, entry.Name, "is not a name that PEFT gives to a LoRA matrix of a causal language model");
            var module = key.Groups["module"].Value;
            if (!byName.ContainsKey(module))
                throw Wrong(path, entry.Name, $"adapts '{module}', which this {model.Config.ModelType} model does not have; the adapter was made for {made}");
            if (tensors.Find(Key(module, 'A')) is null || tensors.Find(Key(module, 'B')) is null)
                throw Wrong(path, entry.Name, "has no counterpart: an adapter is a lora_A and a lora_B");
            named.Add(module);
        }
        return [.. model.Transformer.Linears.Where(linear => named.Contains(linear.Name))];
    }

    private static void CheckShapes(SafetensorsFile tensors, string path, Linear linear, LoraConfig config, string made)
    {
        foreach (var (which, expected) in new[] { ('A', new[] { config.Rank, linear.Weight.shape[1] }), ('B', [linear.Weight.shape[0], config.Rank]) })
        {
            var key = Key(linear.Name, which);
            if (!tensors[key].Shape.SequenceEqual(expected))
                throw Wrong(path, key, $"is [{string.Join(", ", tensors[key].Shape)}], but r = {config.Rank} on this model needs "
                    + $"[{string.Join(", ", expected)}]; the adapter was made for {made}");
        }
    }

    private static string Key(string module, char which) => $"base_model.model.{module}.lora_{which}.weight";

    private static AttributionException Wrong(string path, string tensor, string what) =>
        new(ErrorCodes.AdapterInvalid, $"Tensor '{tensor}' {what}.") { File = path, Property = tensor };

    [GeneratedRegex(@"^base_model\.model\.(?<module>.+)\.lora_[AB]\.weight$")]
    private static partial Regex KeyPattern();
}
