using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Tensors;

/// <summary>
/// Matrix products with weights. On a processor without bfloat16 instructions (<see cref="Processor.MultipliesBFloat16"/>), bfloat16 products are computed in
/// float32, one tile of the weights at a time, so that the weights never exist in float32 as a whole. The result is rounded to bfloat16 as such an instruction
/// would.
/// </summary>
internal static class MatrixProduct
{
    /// <summary>The number of weight rows that are widened at a time: few enough for a tile to stay in a core's cache.</summary>
    private const long TileRows = 256;

    /// <summary><c>x w^T + bias</c> for x [..., K], w [M, K], bias [M], with result [..., M]. Differentiable in x.</summary>
    public static Tensor Linear(Tensor x, Tensor w, Tensor? bias = null)
    {
        if (!ByTiles(x, x.NumberOfElements / x.shape[^1]))
            return nn.functional.linear(x, w, bias);
        if (is_grad_enabled() && x.requires_grad)
            return nn.functional.linear(x.to(float32), w.to(float32), bias?.to(float32)).to(x.dtype);
        return LinearByTiles(x, w, bias);
    }

    internal static Tensor LinearByTiles(Tensor x, Tensor w, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        var shape = x.shape;
        var wide = x.reshape(-1, shape[^1]).to(float32);
        var result = empty([wide.shape[0], w.shape[0]], x.dtype);
        for (long start = 0; start < w.shape[0]; start += TileRows)
        {
            using var inner = NewDisposeScope();
            var rows = Math.Min(TileRows, w.shape[0] - start);
            result.narrow(1, start, rows).copy_(nn.functional.linear(wide, w.narrow(0, start, rows).to(float32), bias?.narrow(0, start, rows).to(float32)));
        }
        shape[^1] = w.shape[0];
        return result.view(shape).MoveToOuterDisposeScope();
    }

    /// <summary><c>x w</c> for x [N, K], w [K, M], with result [N, M].</summary>
    public static Tensor Of(Tensor x, Tensor w)
    {
        if (!ByTiles(x, x.shape[0]))
            return x.mm(w);
        using var wide = Wide(x, w);
        return wide.to(x.dtype);
    }

    /// <summary>Adds <c>x w</c> to <paramref name="sum"/> in place: x [N, K], w [K, M], sum [N, M].</summary>
    public static Tensor AddTo(Tensor sum, Tensor x, Tensor w)
    {
        if (!ByTiles(x, x.shape[0]))
            return sum.addmm_(x, w);
        using var scope = NewDisposeScope();
        sum.copy_(Wide(x, w).PlusInPlace(sum));
        return sum;
    }

    /// <summary>A product for each of B: a [B, N, K], b [B, K, M], with result [B, N, M].</summary>
    public static Tensor Batched(Tensor a, Tensor b)
    {
        if (!ByTiles(a, a.shape[1]))
            return a.bmm(b);
        using var scope = NewDisposeScope();
        return a.to(float32).bmm(b.to(float32)).to(a.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>Attention as in PyTorch's <c>scaled_dot_product_attention</c>, in float32 where bfloat16 would be slow.</summary>
    public static Tensor Attention(Tensor query, Tensor key, Tensor value, Tensor? mask, bool isCausal)
    {
        if (!ByTiles(query, query.shape[^2]))
            return nn.functional.scaled_dot_product_attention(query, key, value, mask, is_casual: isCausal);
        return nn.functional.scaled_dot_product_attention(query.to(float32), key.to(float32), value.to(float32), mask, is_casual: isCausal).to(query.dtype);
    }

    // A single row is as fast in bfloat16: the product reads the weights once either way.
    private static bool ByTiles(Tensor x, long rows) => x.dtype == bfloat16 && !Processor.MultipliesBFloat16 && rows > 1 && x.device.type == DeviceType.CPU;

    // x w in float32, summed over tiles of w's rows.
    internal static Tensor Wide(Tensor x, Tensor w)
    {
        using var scope = NewDisposeScope();
        var wide = x.to(float32);
        var sum = zeros([x.shape[0], w.shape[1]], float32);
        for (long start = 0; start < w.shape[0]; start += TileRows)
        {
            using var inner = NewDisposeScope();
            var rows = Math.Min(TileRows, w.shape[0] - start);
            sum.addmm_(wide.narrow(1, start, rows), w.narrow(0, start, rows).to(float32));
        }
        return sum.MoveToOuterDisposeScope();
    }
}
