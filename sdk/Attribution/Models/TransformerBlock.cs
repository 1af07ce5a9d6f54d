using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Models;

/// <summary>
/// The weights of one block. Fused projections are in <see cref="Query"/> and <see cref="Gate"/>; the properties of the matrices that they replace are null.
/// </summary>
internal sealed record TransformerBlock
{
    public required Tensor? InputNorm { get; init; } // [D], like every norm over the residual stream
    public required Linear Query { get; init; } // [H d, D], or with key and value [(H + 2 K) d, D]
    public required Linear? Key { get; init; } // [K d, D]
    public required Linear? Value { get; init; } // [K d, D]
    public required Linear Output { get; init; } // [D, H d]
    public required Tensor? QueryNorm { get; init; } // [d], or over all heads [H d]
    public required Tensor? KeyNorm { get; init; } // [d], or over all heads [K d]
    public required Tensor? PostAttentionNorm { get; init; }
    public required Tensor? FeedForwardNorm { get; init; }
    public required Linear Gate { get; init; } // [F, D], or with up [2 F, D]
    public required Linear? Up { get; init; } // [F, D]
    public required Linear Down { get; init; } // [D, F]
    public required Tensor? PostFeedForwardNorm { get; init; }
    public required int? Window { get; init; }
    public required RotaryEmbedding? Rotary { get; init; } // null if nothing is rotated

    /// <summary>Reads the weights of block <paramref name="index"/>.</summary>
    public static TransformerBlock Read(ModelWeights weights, ModelConfig c, int index, RotaryEmbedding? rotary)
    {
        var (attention, mlp) = ($"model.layers.{index}.self_attn", $"model.layers.{index}.mlp");
        var (queries, keys) = ((long)c.HeadCount * c.HeadSize, (long)c.KeyValueHeadCount * c.HeadSize);
        var fused = c.FusedProjections;
        // With norms before and after each layer, the norm after attention has the name that the norm before the feed-forward network has in other families.
        var beforeFeedForward = c.PostNorms ? "pre_feedforward_layernorm" : "post_attention_layernorm";
        return new TransformerBlock
        {
            InputNorm = c.PreNorms ? Norm("input_layernorm") : null,
            Query = fused
                ? weights.Linear($"{attention}.qkv_proj", queries + (2 * keys), c.HiddenSize, c.QueryKeyValueBias)
                : weights.Linear($"{attention}.q_proj", queries, c.HiddenSize, c.QueryKeyValueBias),
            Key = fused ? null : weights.Linear($"{attention}.k_proj", keys, c.HiddenSize, c.QueryKeyValueBias),
            Value = fused ? null : weights.Linear($"{attention}.v_proj", keys, c.HiddenSize, c.QueryKeyValueBias),
            Output = weights.Linear($"{attention}.o_proj", c.HiddenSize, queries, c.OutputBias),
            QueryNorm = c.QueryKeyNorm ? weights.Norm($"{attention}.q_norm.weight", c.WholeQueryKeyNorm ? queries : c.HeadSize) : null,
            KeyNorm = c.QueryKeyNorm ? weights.Norm($"{attention}.k_norm.weight", c.WholeQueryKeyNorm ? keys : c.HeadSize) : null,
            PostAttentionNorm = c.PostNorms ? Norm("post_attention_layernorm") : null,
            FeedForwardNorm = c.PreNorms ? Norm(beforeFeedForward) : null,
            Gate = fused
                ? weights.Linear($"{mlp}.gate_up_proj", 2L * c.IntermediateSize, c.HiddenSize, c.MlpBias)
                : weights.Linear($"{mlp}.gate_proj", c.IntermediateSize, c.HiddenSize, c.MlpBias),
            Up = fused ? null : weights.Linear($"{mlp}.up_proj", c.IntermediateSize, c.HiddenSize, c.MlpBias),
            Down = weights.Linear($"{mlp}.down_proj", c.HiddenSize, c.IntermediateSize, c.MlpBias),
            PostFeedForwardNorm = c.PostNorms ? Norm("post_feedforward_layernorm") : null,
            Window = c.SlidingWindows[index],
            Rotary = rotary,
        };

        Tensor Norm(string name) => weights.Norm($"model.layers.{index}.{name}.weight", c.HiddenSize);
    }
}
