using Attribution.Torch.Native;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public enum Reduction : long
        {
            None = 0,
            Mean = 1,
            Sum = 2,
        }

        public static Parameter Parameter(Tensor data, bool requires_grad = true) => new(data, requires_grad);

        public static partial class functional
        {
            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) => Aten.linear.Call(input, weights, bias);
            public static Tensor relu(Tensor x, bool inplace = false) => inplace ? Aten.relu_.CallInPlace(x) : x.relu();
            public static Tensor silu(Tensor x, bool inplace = false) => inplace ? Aten.silu_.CallInPlace(x) : x.silu();
            public static Tensor gelu(Tensor x) => x.gelu();
            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => input.softmax(dim, dtype);
            public static Tensor log_softmax(Tensor x, long dim) => x.log_softmax(dim);

            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                inplace ? Aten.dropout_.CallInPlace(input, p, training) : Aten.dropout.Call(input, p, training);

            /// <summary>
            /// <c>-log softmax(input)[target]</c>: <paramref name="input"/> <c>[N, C]</c>, <paramref name="target"/> <c>[N]</c> int64.
            /// </summary>
            public static Tensor cross_entropy(
                Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100, Reduction reduction = Reduction.Mean, double label_smoothing = 0) =>
                Aten.cross_entropy_loss.Call(input, target, weight, (long)reduction, ignore_index, label_smoothing);

            /// <summary>
            /// <c>softmax(Q K^T / sqrt(d) + mask) V</c> over the last two dimensions; <paramref name="attn_mask"/> is added, or, where it
            /// is boolean, says which keys take part. libtorch's fused operator where it has one (2.0 and newer), the definition else.
            /// </summary>
            public static Tensor scaled_dot_product_attention(
                Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null, double p = 0, bool is_casual = false)
            {
                if (Aten.scaled_dot_product_attention.Exists)
                    return Aten.scaled_dot_product_attention.Call(query, key, value, attn_mask, p, is_casual);
                if (is_casual && attn_mask is not null)
                    throw new ArgumentException("Give attn_mask or is_casual, not both.");

                using var scope = NewDisposeScope();
                // Scaling the query costs less than scaling the scores: [.., L, d] against [.., L, S].
                var scores = query.mul(1 / Math.Sqrt(query.size(-1))).matmul(key.transpose(-2, -1));
                if (is_casual)
                    attn_mask = ones(query.size(-2), key.size(-2), dtype: ScalarType.Bool, device: query.device).tril();
                if (attn_mask is not null)
                    scores = attn_mask.dtype == ScalarType.Bool
                        ? scores.masked_fill(attn_mask.logical_not(), double.NegativeInfinity)
                        : scores.add(attn_mask);
                var weights = scores.softmax(-1);
                if (p > 0)
                    weights = dropout(weights, p);
                return weights.matmul(value).MoveToOuterDisposeScope();
            }
        }

        public static partial class utils
        {
            /// <summary>Scales the gradients so that their common norm is at most <paramref name="max_norm"/>; the norm before.</summary>
            public static double clip_grad_norm_(IEnumerable<Parameter> tensors, double max_norm, double norm_type = 2)
            {
                using var scope = NewDisposeScope();
                using var _ = no_grad();
                var grads = tensors.Select(t => t.grad).OfType<Tensor>().ToArray();
                if (grads.Length == 0)
                    return 0;
                var norms = stack(grads.Select(g => g.norm((float)norm_type)));
                var total = (double)norms.norm((float)norm_type).to(ScalarType.Float64).item<double>();
                if (total > max_norm)
                    foreach (var grad in grads)
                        grad.mul_(max_norm / (total + 1e-6));
                return total;
            }
        }
    }
}
