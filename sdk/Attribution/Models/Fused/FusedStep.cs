using Attribution.Tensors;
using static TorchSharp.torch;

namespace Attribution.Models.Fused;

/// <summary>
/// Runs one token of each of B rows through a block, with the keys and values of the tokens before it in a cache. For generation on the CPU with the models
/// that <see cref="FusedPass.Supports"/>. A small model's step consists of many small operators; between the products, each step is one sweep.
/// </summary>
internal static class FusedStep
{
    /// <summary>Whether a pass can run this way.</summary>
    public static bool Supports(Transformer transformer, ForwardContext context) =>
        context is { Cache: not null, Length: 1 } && !is_grad_enabled() && FusedPass.Supports(transformer);

    /// <summary>Runs a block: maps the stream that enters it, [B, 1, D], to the stream that leaves it.</summary>
    public static Tensor Block(Transformer transformer, int index, Tensor hidden, ForwardContext context, TokenSpans tokens)
    {
        using var scope = NewDisposeScope();
        var (block, config, cache) = (transformer.Blocks[index], transformer.Config, context.Cache!);
        var (batch, heads, shared, size) = (hidden.shape[0], config.HeadCount, config.KeyValueHeadCount, config.HeadSize);
        var (normed, _) = NormStep.Forward(hidden, null, block.InputNorm!, config.NormEpsilon);
        var projected = block.Query.Forward(normed).view(batch, -1);
        var (projectedKeys, projectedValues) = (block.Key?.Forward(normed).view(batch, -1) ?? projected, block.Value?.Forward(normed).view(batch, -1)
            ?? projected);
        var angles = context.Angles(block.Rotary!);
        // The attention divides by sqrt(d).
        var query = HeadStep.Split(projected, 0, heads, size, tokens, angles, Math.Sqrt(size / config.QueryScalar)).view(batch, shared, heads / shared, size);
        var key = HeadStep.Split(projectedKeys, block.Key is null ? (long)heads * size : 0, shared, size, tokens, angles, 1).view(batch, shared, 1, size);
        var value = HeadStep.Split(projectedValues, block.Value is null ? (long)(heads + shared) * size : 0, shared, size, tokens, null, 1).view(batch, shared,
            1, size);
        var (keys, values) = cache.Store(index, key, value); // [B, K, S, d]

        var mixed = MatrixProduct.Attention(query, keys, values, context.Mask(block.Window), isCausal: false).reshape(batch, 1, -1);
        var middle = block.Output.Forward(mixed); // its output becomes the stream
        var (normedToo, _) = NormStep.Forward(middle, hidden, block.FeedForwardNorm!, config.NormEpsilon);
        var gate = block.Gate.Forward(normedToo);
        return block.Down.Forward(GateStep.Forward(gate, block.Up?.Forward(normedToo))).PlusInPlace(middle).MoveToOuterDisposeScope();
    }
}
