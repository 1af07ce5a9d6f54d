using System.Text.Json.Nodes;
using Attribution.Models;
using Attribution.Models.Safetensors;

namespace Attribution.Tests.Models;

/// <summary>
/// A tiny random checkpoint of one family in a folder of its own, as Hugging Face would publish it, and the same weights in a
/// <see cref="NaiveTransformer"/> that was told the architecture separately.
/// </summary>
internal sealed partial class TinyCheckpoint : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tiny-model-").FullName;

    private TinyCheckpoint(string config, NaiveTransformer naive)
    {
        Naive = naive;
        File.WriteAllText(Path.Combine(_folder, "config.json"), config);
        SafetensorsWriter.Write(Path.Combine(_folder, "model.safetensors"),
            naive.Weights.Select(w => Source(w.Key, w.Value, ShapeOf(w.Key, w.Value.Length, naive))));
    }

    public string Folder => _folder;
    public NaiveTransformer Naive { get; }

    public CausalLanguageModel Load() => CausalLanguageModel.Load(_folder, TinyModel.Device);

    public static int[] Tokens(int count, int seed) => [.. Enumerable.Range(0, count).Select(i =>
        (int)((((uint)i * 7919u) + ((uint)seed * 104729u) + ((uint)(i * i) * 31u)) % 23u))];

    public static double[] Powers(double theta, int dimensions) =>
        [.. Enumerable.Range(0, dimensions / 2).Select(i => 1 / Math.Pow(theta, 2.0 * i / dimensions))];

    public void EditConfig(Action<JsonObject> edit)
    {
        var path = Path.Combine(_folder, "config.json");
        var json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        edit(json);
        File.WriteAllText(path, json.ToJsonString());
    }

    public void WriteWeights(IEnumerable<SafetensorsSource> sources) => SafetensorsWriter.Write(Path.Combine(_folder, "model.safetensors"), sources);

    public IEnumerable<SafetensorsSource> Sources() => Naive.Weights.Select(w => Source(w.Key, w.Value, ShapeOf(w.Key, w.Value.Length, Naive)));

    public static SafetensorsSource Source(string name, double[] values, long[] shape) =>
        new(name, SafetensorsDType.F32, shape, stream => stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values.Select(v =>
            (float)v).ToArray())));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static TinyCheckpoint Make(string config, NaiveTransformer naive, string biases = "")
    {
        var random = new Random(20260101);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        // Rounded to float32, so that both sides have the very same weights.
        void Add(string name, int count, double scale, double mean = 0) =>
            naive.Weights[name] = [.. Enumerable.Range(0, count).Select(_ => (double)(float)(mean + (scale * Normal())))];
        void Norm(string name, int size) => Add(name, size, 0.3, naive.Gemma ? 0 : 1);
        void Linear(string name, int outputs, int inputs, bool bias)
        {
            Add(name + ".weight", outputs * inputs, 1.2 / Math.Sqrt(inputs));
            if (bias)
                Add(name + ".bias", outputs, 0.3);
        }

        var (hidden, queries, keys) = (naive.Hidden, naive.Heads * naive.HeadSize, naive.KeyValueHeads * naive.HeadSize);
        Add("model.embed_tokens.weight", naive.Vocabulary * hidden, naive.Gemma ? 1 / Math.Sqrt(hidden) : 1);
        for (var i = 0; i < naive.Blocks; i++)
        {
            var at = $"model.layers.{i}.";
            if (!naive.OutputNormsOnly)
                Norm(at + "input_layernorm.weight", hidden);
            Norm(at + "post_attention_layernorm.weight", hidden);
            if (naive.Gemma)
            {
                Norm(at + "pre_feedforward_layernorm.weight", hidden);
                Norm(at + "post_feedforward_layernorm.weight", hidden);
            }
            if (naive.OutputNormsOnly)
            {
                Norm(at + "post_feedforward_layernorm.weight", hidden);
                Norm(at + "self_attn.q_norm.weight", queries);
                Norm(at + "self_attn.k_norm.weight", keys);
            }
            if (naive.HeadNorms)
            {
                Norm(at + "self_attn.q_norm.weight", naive.HeadSize);
                Norm(at + "self_attn.k_norm.weight", naive.HeadSize);
            }
            if (naive.Fused)
            {
                Linear(at + "self_attn.qkv_proj", queries + (2 * keys), hidden, false);
                Linear(at + "mlp.gate_up_proj", 2 * naive.FeedForward, hidden, false);
            }
            else
            {
                Linear(at + "self_attn.q_proj", queries, hidden, biases.Contains('q'));
                Linear(at + "self_attn.k_proj", keys, hidden, biases.Contains('k'));
                Linear(at + "self_attn.v_proj", keys, hidden, biases.Contains('v'));
                Linear(at + "mlp.gate_proj", naive.FeedForward, hidden, biases.Contains('g'));
                Linear(at + "mlp.up_proj", naive.FeedForward, hidden, biases.Contains('u'));
            }
            Linear(at + "self_attn.o_proj", hidden, queries, biases.Contains('o'));
            Linear(at + "mlp.down_proj", hidden, naive.FeedForward, biases.Contains('d'));
        }
        Norm("model.norm.weight", hidden);
        if (!naive.Tied)
            Linear("lm_head", naive.Vocabulary, hidden, false);
        return new TinyCheckpoint(config, naive);
    }

    private static long[] ShapeOf(string name, int count, NaiveTransformer naive)
    {
        if (name.EndsWith("bias") || name.Contains("norm"))
            return [count];
        var inputs = name.Contains("o_proj") ? naive.Heads * naive.HeadSize : name.Contains("down_proj") ? naive.FeedForward : naive.Hidden;
        return [count / inputs, inputs];
    }
}
