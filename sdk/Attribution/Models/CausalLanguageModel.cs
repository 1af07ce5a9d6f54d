using System.Text.Json;
using System.Text.Json.Nodes;
using Attribution.Diagnostics;
using Attribution.Models.Generation;
using Attribution.Models.Lora;
using Attribution.Models.Safetensors;
using Attribution.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Models;

/// <summary>A decoder-only language model: its configuration, weights, stop tokens and adapter.</summary>
public sealed class CausalLanguageModel : IDisposable
{
    private CausalLanguageModel(string? folder, Transformer transformer, IReadOnlySet<int> stopTokens) =>
        (Folder, Transformer, StopTokens) = (folder, transformer, stopTokens);

    /// <summary>The folder it was loaded from; null for a random model.</summary>
    public string? Folder { get; }

    /// <summary>The forward pass.</summary>
    public Transformer Transformer { get; }

    /// <summary>The architecture.</summary>
    public ModelConfig Config => Transformer.Config;

    /// <summary>The tokens that end a text, from <c>generation_config.json</c> or else <c>config.json</c>.</summary>
    public IReadOnlySet<int> StopTokens { get; }

    /// <summary>The attached adapter; null if there is none.</summary>
    public LoraAdapter? Adapter { get; internal set; }

    /// <summary>Loads <c>config.json</c> and the safetensors weights of a folder.</summary>
    /// <param name="folder">A model's folder as Hugging Face publishes it.</param>
    /// <param name="device">The device to run on; the CPU unless given.</param>
    /// <param name="dtype">float32 or bfloat16; unless given, the type that the configuration names, or float32 if that is float16.</param>
    /// <exception cref="AttributionException">A file is missing or malformed, requires something that is not implemented, or the weights do not fit the
    /// configuration.</exception>
    public static CausalLanguageModel Load(string folder, Device? device = null, ScalarType? dtype = null)
    {
        var config = ModelConfig.Load(folder);
        using var checkpoint = SafetensorsCollection.Open(folder);
        var (type, place) = (dtype ?? (config.DataType == "bfloat16" ? bfloat16 : float32), device ?? CPU);
        var used = new HashSet<string>();
        var transformer = new Transformer(config, type, place, (name, shape) =>
        {
            used.Add(name);
            if (checkpoint.Find(name) is not { } entry)
                throw Wrong(folder, name, $"is missing from the weights, and a {config.ModelType} model of this config.json has it");
            if (!entry.Shape.SequenceEqual(shape))
                throw Wrong(folder, name, $"is [{string.Join(", ", entry.Shape)}], but by config.json it must be [{string.Join(", ", shape)}]");
            if (entry.DType is not (SafetensorsDType.F32 or SafetensorsDType.BF16 or SafetensorsDType.F16 or SafetensorsDType.F64))
                throw Wrong(folder, name, $"is {entry.DType.Name()}: quantised weights are not supported, publish them as BF16, F16 or F32");
            return checkpoint.Load(name, type, place).DetachFromDisposeScope();
        });
        foreach (var name in checkpoint.Names)
            if (!used.Contains(name) && !IsLeftOver(name, config))
                throw Wrong(folder, name, $"is in the weights, but a {config.ModelType} model of this config.json has no use for it");
        RequireTiedHead(folder, config, checkpoint);
        if (File.Exists(Path.Combine(folder, LoraFiles.ConfigName)))
            throw new AttributionException(ErrorCodes.ModelWeightsInvalid,
                $"The model's folder also holds an adapter ({LoraFiles.ConfigName}), which Hugging Face's library would load with the model. Move it into "
                    + "a folder of its own, or merge it.")
            { File = Path.Combine(folder, LoraFiles.ConfigName) };
        return new CausalLanguageModel(folder, transformer, GenerationConfig.StopTokens(folder, config));
    }

    /// <summary>
    /// A model with random weights, for tests and measurements: matrices normally distributed with a standard deviation of 0.02, norms that change nothing,
    /// biases zero. The numbers are drawn on the CPU, so a seed gives the same model on every device.
    /// </summary>
    public static CausalLanguageModel Random(ModelConfig config, long seed, Device? device = null, ScalarType? dtype = null)
    {
        using var generator = new Generator((ulong)seed); // TorchSharp has none of a GPU
        return Random(config, device ?? CPU, dtype ?? float32, shape => randn(shape, float32, CPU, generator: generator));
    }

    /// <summary>The same with other random numbers: <paramref name="normal"/> draws a matrix of a shape from the standard normal distribution.</summary>
    internal static CausalLanguageModel Random(ModelConfig config, Device place, ScalarType type, Func<long[], Tensor> normal)
    {
        var transformer = new Transformer(config, type, place, (name, shape) =>
        {
            using var scope = NewDisposeScope();
            var weight = name.EndsWith("bias", StringComparison.Ordinal) ? zeros(shape, type, place)
                : name.Contains("norm", StringComparison.Ordinal) ? config.UnitOffsetNorm ? zeros(shape, type, place) : ones(shape, type, place)
                : normal(shape).Times(0.02).to(type, place);
            return weight.DetachFromDisposeScope();
        });
        return new CausalLanguageModel(null, transformer, new HashSet<int>(config.EosTokenIds));
    }

    /// <summary>Writes <c>config.json</c>, <c>generation_config.json</c> and <c>model.safetensors</c> in the forms that other programs read.</summary>
    /// <exception cref="InvalidOperationException">An adapter is attached; merge it, or save it on its own.</exception>
    public void Save(string folder)
    {
        if (Adapter is not null)
            throw new InvalidOperationException("an adapter is attached: merge it, or save it by itself");
        Directory.CreateDirectory(folder);
        var json = Config.Source.DeepClone().AsObject();
        json.Remove("dtype");
        json["torch_dtype"] = Transformer.DType == bfloat16 ? "bfloat16" : "float32";
        var indented = new JsonSerializerOptions { WriteIndented = true };
        File.WriteAllText(Path.Combine(folder, "config.json"), json.ToJsonString(indented) + "\n");
        var stops = new JsonObject { ["eos_token_id"] = new JsonArray([.. StopTokens.Order().Select(id => (JsonNode)id)]) };
        File.WriteAllText(Path.Combine(folder, "generation_config.json"), stops.ToJsonString(indented) + "\n");
        SafetensorsTensors.Save(Path.Combine(folder, SafetensorsCollection.SingleFile), Transformer.Weights, new Dictionary<string,
            string>
        { ["format"] = "pt" });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Adapter?.Dispose();
        Transformer.Dispose();
    }

    /// <summary>
    /// Tensors that some checkpoints contain and that the original implementation ignores too: stored rotary frequencies, and a head that duplicates a tied
    /// embedding.
    /// </summary>
    private static bool IsLeftOver(string name, ModelConfig config) =>
        name.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal) || (config.TieWordEmbeddings && name == "lm_head.weight");

    /// <summary>
    /// Checks a stored head when config.json ties the head to the embedding. It must contain the same numbers; otherwise somebody trained it and config.json is
    /// wrong.
    /// </summary>
    private static void RequireTiedHead(string folder, ModelConfig config, SafetensorsCollection checkpoint)
    {
        const string head = "lm_head.weight", embedding = "model.embed_tokens.weight";
        if (!config.TieWordEmbeddings || checkpoint.Find(head) is not { } stored)
            return;
        using var ours = checkpoint.Map(embedding);
        using var theirs = checkpoint.Map(head);
        if (stored.DType != checkpoint[embedding].DType || !ours.ContentEquals(theirs))
            throw Wrong(folder, head, $"differs from '{embedding}', and config.json ties them, so one of them would be ignored (a merged "
                + "adapter leaves such a folder). "
                + "Set tie_word_embeddings to false to use the stored head, or remove the tensor to use the embedding");
    }

    private static AttributionException Wrong(string folder, string tensor, string what) =>
        new(ErrorCodes.ModelWeightsInvalid, $"Tensor '{tensor}' {what}.") { File = folder, Property = tensor };
}
