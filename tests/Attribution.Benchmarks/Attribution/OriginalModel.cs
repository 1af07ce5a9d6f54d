using Attribution.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Benchmarks.Attribution;

/// <summary>
/// A Llama as the original pipeline ran it: eager attention over repeated heads with a full [B, 1, T, T] mask, logits of the whole sequence in float32,
/// every hidden state kept. Operator by operator what the common Python implementation does.
/// </summary>
internal sealed class OriginalModel(ModelConfig config, ScalarType dtype, IReadOnlyDictionary<string, Tensor> weights)
{
    private readonly ModelConfig _config = config;
    private readonly IReadOnlyDictionary<string, Tensor> _weights = weights;

    public OriginalModel(CausalLanguageModel model) : this(model.Config, model.Transformer.DType, model.Transformer.Weights)
    {
    }

    /// <summary>
    /// Token ids [B, T] and their mask [B, T], 1 on real tokens, to logits [B, T, V] and the streams entering each block and leaving the last, [B, T, D].
    /// </summary>
    public (Tensor Logits, Tensor[] Hidden) Forward(Tensor ids, Tensor mask)
    {
        var (b, t) = (ids.shape[0], ids.shape[1]);
        var lowest = dtype == bfloat16 ? -3.38e38 : float.MinValue;
        var causal = full(t, t, lowest, dtype: dtype, device: ids.device).triu(1).view(1, 1, t, t).expand(b, 1, t, t);
        var padding = zeros(b, 1, 1, t, dtype: dtype, device: ids.device).masked_fill(mask.view(b, 1, 1, t).eq(0), lowest).expand(b, 1, t, t);
        var added = (causal + padding).clamp(lowest); // [B, 1, T, T]
        var frequencies = arange(0, _config.HeadSize, 2, dtype: float32, device: ids.device) / _config.HeadSize;
        frequencies = (frequencies * -Math.Log(_config.Rotary.Theta)).exp();
        var angles = arange(t, dtype: float32, device: ids.device).unsqueeze(1) * frequencies.unsqueeze(0); // [T, d / 2]
        angles = cat([angles, angles], -1);
        var (cosines, sines) = (angles.cos().to(dtype).view(1, 1, t, -1), angles.sin().to(dtype).view(1, 1, t, -1));

        var hidden = new List<Tensor>();
        var stream = _weights["model.embed_tokens.weight"].index_select(0, ids.flatten()).view(b, t, -1);
        for (var block = 0; block < _config.BlockCount; block++)
        {
            hidden.Add(stream);
            var at = $"model.layers.{block}";
            stream = stream + Attend(Norm(stream, $"{at}.input_layernorm"), $"{at}.self_attn", added, cosines, sines);
            var normed = Norm(stream, $"{at}.post_attention_layernorm");
            stream = stream + Linear(nn.functional.silu(Linear(normed, $"{at}.mlp.gate_proj")) * Linear(normed, $"{at}.mlp.up_proj"), $"{at}.mlp.down_proj");
        }
        hidden.Add(stream);
        return (Linear(Norm(stream, "model.norm"), _config.TieWordEmbeddings ? "model.embed_tokens" : "lm_head").to(float32), [.. hidden]);
    }

    private Tensor Attend(Tensor x, string at, Tensor added, Tensor cosines, Tensor sines)
    {
        var (b, t, d) = (x.shape[0], x.shape[1], _config.HeadSize);
        Tensor Heads(string name) => Linear(x, $"{at}.{name}").view(b, t, -1, d).transpose(1, 2);
        Tensor Rotate(Tensor heads) => (heads * cosines) + (cat([heads.narrow(-1, d / 2, d / 2).neg(), heads.narrow(-1, 0, d / 2)], -1) * sines);
        Tensor Repeat(Tensor heads)
        {
            var groups = _config.HeadCount / _config.KeyValueHeadCount;
            return groups == 1 ? heads : heads.unsqueeze(2).expand(b, _config.KeyValueHeadCount, groups, t, d).reshape(b, _config.HeadCount, t, d);
        }
        var (query, key, value) = (Rotate(Heads("q_proj")), Repeat(Rotate(Heads("k_proj"))), Repeat(Heads("v_proj")));
        var scores = (query.matmul(key.transpose(2, 3)) / Math.Sqrt(d)) + added;
        var weights = scores.softmax(-1, float32).to(x.dtype);
        return Linear(weights.matmul(value).transpose(1, 2).contiguous().view(b, t, -1), $"{at}.o_proj");
    }

    private Tensor Linear(Tensor x, string name) => nn.functional.linear(x, _weights[$"{name}.weight"]);

    private Tensor Norm(Tensor x, string name)
    {
        var wide = x.to(float32);
        return _weights[$"{name}.weight"] * (wide * rsqrt(wide.pow(2).mean([-1L], keepdim: true) + _config.NormEpsilon)).to(x.dtype);
    }
}
