using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Models;

/// <summary>The weights of one block. Fused projections stand in <see cref="Query"/> and <see cref="Gate"/>; what they replace is null.</summary>
internal sealed record TransformerBlock
{
    public required Tensor? InputNorm { get; init; } // [D], as is every norm over the residual stream
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
    public required RotaryEmbedding? Rotary { get; init; } // null where nothing is rotated
}
