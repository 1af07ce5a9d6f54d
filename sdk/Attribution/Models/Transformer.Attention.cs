using Attribution.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Models;

// The attention of a block.
public sealed partial class Transformer
{
    /// <summary>Attention weights of one block, at some queries only: no [T, S] matrix is formed.</summary>
    /// <param name="index">The 0-based block.</param>
    /// <param name="hidden">The stream entering it, [B, T, D].</param>
    /// <param name="context">The pass's context, without a cache.</param>
    /// <param name="queries">int64 [Q], the 0-based positions of the queries, the same in every row.</param>
    /// <param name="isPlain">Whether to compute the softmax of <c>q k / sqrt(d)</c> over every earlier token instead of the model's own attention: without its
    /// sliding window, query scale and soft cap.</param>
    /// <returns>[B, H, Q, T] in float32, each row summing to 1.</returns>
    internal Tensor AttentionWeights(int index, Tensor hidden, ForwardContext context, Tensor queries, bool isPlain = false)
    {
        if (context.Cache is not null)
            throw new ArgumentException("attention weights are of a pass without a cache", nameof(context));
        using var scope = NewDisposeScope();
        var block = _blocks[index];
        var (query, key, _) = Project(block, NormIfAny(hidden, block.InputNorm), context);
        query = query.index_select(2, queries); // [B, H, Q, d]
        var (b, h) = (query.shape[0], query.shape[1]);
        var keys = RepeatForGroups(key).transpose(2, 3).flatten(0, 1); // [B H, d, T]
        var scores = query.flatten(0, 1).bmm(keys).view(b, h, query.shape[2], -1).to(float32); // [B, H, Q, T]
        // Queries are already scaled by sqrt(d / QueryScalar).
        scores = scores.Over(isPlain ? Config.HeadSize / Math.Sqrt(Config.QueryScalar) : Math.Sqrt(Config.HeadSize));
        var mask = context.BuildMask(queries, isPlain ? null : block.Window);
        return scores.SoftCapped(isPlain ? null : Config.AttentionSoftCap).masked_fill(mask.logical_not(),
            Scalars.Of(float.NegativeInfinity)).softmax(-1).MoveToOuterDisposeScope();
    }

    private Tensor Attend(int index, TransformerBlock block, Tensor hidden, ForwardContext context, int start)
    {
        using var scope = NewDisposeScope();
        var (b, t) = (hidden.shape[0], hidden.shape[1] - start);
        var (query, key, value) = Project(block, NormIfAny(hidden, block.InputNorm), context, start);
        if (context.Cache is { } cache)
            (key, value) = cache.Store(index, key, value); // [B, K, S, d]

        var mask = context.Mask(block.Window, start);
        Tensor mixed; // [B, T, H d]
        if (Config.AttentionSoftCap is not null)
        {
            mixed = SoftCappedAttention(query, RepeatForGroups(key), RepeatForGroups(value), mask ?? context.CausalMask(block.Window, start));
        }
        else if (t == 1)
        {
            // With one query, the H / K heads that share a key act as that many queries, and no key is copied.
            var groups = query.reshape(b, Config.KeyValueHeadCount, -1, Config.HeadSize); // [B, K, H / K, d]
            mixed = MatrixProduct.Attention(groups, key, value, mask, isCausal: false).reshape(b, 1, -1);
        }
        else
        {
            (key, value) = (RepeatForGroups(key), RepeatForGroups(value)); // [B, H, S, d]
            mixed = MatrixProduct.Attention(query, key, value, mask, isCausal: mask is null).transpose(1, 2).reshape(b, t, -1);
        }
        var output = block.Output.Forward(mixed); // [B, T, D]
        return Residual(NormIfAny(output, block.PostAttentionNorm)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Attention with a soft cap, <c>softmax(c tanh(q k / (c sqrt(d)))) v</c> where the mask is true, with the softmax in float32: queries [B, H, T, d], keys
    /// and values [B, H, S, d], to [B, T, H d].
    /// </summary>
    private Tensor SoftCappedAttention(Tensor query, Tensor key, Tensor value, Tensor mask)
    {
        var (b, h, t, s) = (query.shape[0], query.shape[1], query.shape[2], key.shape[2]);
        Tensor Flat(Tensor heads) => heads.reshape(b * h, -1, Config.HeadSize);
        var products = MatrixProduct.Batched(Flat(query), Flat(key).transpose(1, 2)).view(b, h, t, s); // [B, H, T, S]
        var scores = products.Over(Math.Sqrt(Config.HeadSize)).SoftCapped(Config.AttentionSoftCap);
        var weights = scores.to(float32).masked_fill(mask.logical_not(), Scalars.Of(float.NegativeInfinity)).softmax(-1).to(DType);
        return MatrixProduct.Batched(weights.view(b * h, t, s), Flat(value)).view(b, h, t, Config.HeadSize).transpose(1, 2).reshape(b, t, -1);
    }

    /// <summary>
    /// Rotated queries [B, H, T - start, d] of the tokens from <paramref name="start"/> on, scaled so that only the division by sqrt(d) remains, and rotated
    /// keys and values [B, K, T, d] of all tokens.
    /// </summary>
    private (Tensor Query, Tensor Key, Tensor Value) Project(TransformerBlock block, Tensor normed, ForwardContext context, int start = 0)
    {
        Tensor Heads(Tensor x) => x.view(x.shape[0], x.shape[1], -1, Config.HeadSize).transpose(1, 2); // [B, T, n d] -> [B, n, T, d]
        Tensor From(Tensor x, int dimension) => start == 0 ? x : x.narrow(dimension, start, x.shape[dimension] - start);

        Tensor query, key, value;
        if (block.Key is null || block.Value is null)
        {
            var keys = (long)Config.KeyValueHeadCount * Config.HeadSize;
            var parts = block.Query.Forward(normed).split([(long)Config.HeadCount * Config.HeadSize, keys, keys], -1);
            (query, key, value) = (From(Heads(parts[0]), 2), Heads(parts[1]), Heads(parts[2]));
        }
        else
        {
            var (queries, keys) = (block.Query.Forward(From(normed, 1)), block.Key.Forward(normed));
            if (Config.WholeQueryKeyNorm)
                (queries, keys) = (NormIfAny(queries, block.QueryNorm), NormIfAny(keys, block.KeyNorm));
            (query, key, value) = (Heads(queries), Heads(keys), Heads(block.Value.Forward(normed)));
        }
        if (!Config.WholeQueryKeyNorm)
            (query, key) = (NormIfAny(query, block.QueryNorm), NormIfAny(key, block.KeyNorm));
        if (block.Rotary is null)
            return (Scaled(query), key, value);
        var angles = context.Angles(block.Rotary);
        if (start == 0)
        {
            // Queries and keys have the same angles, so they are rotated together.
            var turned = RotaryEmbedding.Rotate(cat([query, key], 1), angles);
            (query, key) = (turned.narrow(1, 0, Config.HeadCount), turned.narrow(1, Config.HeadCount, Config.KeyValueHeadCount));
        }
        else
        {
            query = RotaryEmbedding.Rotate(query, (From(angles.Cosines, 2), From(angles.Sines, 2)));
            key = RotaryEmbedding.Rotate(key, angles);
        }
        return (Scaled(query), key, value);

        Tensor Scaled(Tensor x) => Config.QueryScalar == Config.HeadSize ? x : x.Times(Math.Sqrt(Config.HeadSize / Config.QueryScalar));
    }

    /// <summary>Repeats each key/value head for the query heads that it serves: [B, K, S, d] to [B, H, S, d].</summary>
    private Tensor RepeatForGroups(Tensor heads) => heads.RepeatHeads(Config.HeadCount / heads.shape[1]);
}
