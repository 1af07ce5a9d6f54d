using Attribution.FineTuning;
using Attribution.Methods.Projections;
using Attribution.Models;
using Attribution.Tensors;
using TorchSharp;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Attribution.Methods.Less;

/// <summary>
/// The vectors of <c>less</c> (arXiv 2402.04333). For each checkpoint c of a warm-up, the gradient of the row's loss with respect to the adapter (for a
/// training row, Adam's step along it) is projected and scaled to length <c>sqrt(learning rate of c)</c>; the vector is the concatenation over checkpoints. So
/// the product of a training row's vector with an evaluation row's is <c>sum_c rate_c cos(Gamma_c, g_c)</c>, and since all vectors have the same length,
/// <c>cos_sim</c> gives the same order.
/// </summary>
/// <param name="model">The base model.</param>
/// <param name="checkpoints">The folders of the warm-up's checkpoints.</param>
/// <param name="projection">Projects the gradients of the adapter's matrices, which have the model's names followed by <c>.lora_A</c> and
/// <c>.lora_B</c>.</param>
/// <param name="dimension">The number of components for each checkpoint.</param>
internal sealed class LessVectors(CausalLanguageModel model, IReadOnlyList<string> checkpoints, GradientProjection projection, int dimension)
{
    /// <summary>Computes the vectors of rows.</summary>
    /// <param name="rows">The conversations.</param>
    /// <param name="isTraining">Whether they are training rows, whose gradients are replaced by Adam's steps.</param>
    /// <param name="cancellation">Checked between rows.</param>
    /// <returns>Row-major float32 [rows, checkpoints x dimension]; NaN for a row whose answer truncation cut away, or whose gradient is zero.</returns>
    public float[] Compute(IReadOnlyList<TokenSequence> rows, bool isTraining, CancellationToken cancellation = default)
    {
        var width = checkpoints.Count * dimension;
        var vectors = new float[rows.Count * width];
        foreach (var (c, folder) in checkpoints.Index())
        {
            using var checkpoint = LessCheckpoint.Load(model, folder);
            foreach (var (row, sequence) in rows.Index())
            {
                cancellation.ThrowIfCancellationRequested();
                var target = vectors.AsSpan(row * width + c * dimension, dimension);
                if (sequence.TargetCount == 0)
                {
                    target.Fill(float.NaN);
                    continue;
                }
                using var scope = NewDisposeScope();
                OutOfMemory.Guard(() => Project(checkpoint, sequence, isTraining)).cpu().data<float>().CopyTo(target);
                var scale = Math.Sqrt(checkpoint.LearningRate) / TensorPrimitives.Norm<float>(target);
                TensorPrimitives.Multiply(target, double.IsFinite(scale) ? (float)scale : float.NaN, target);
            }
        }
        return vectors;
    }

    private Tensor Project(LessCheckpoint checkpoint, TokenSequence sequence, bool isTraining)
    {
        LoraFineTuner.Backward(checkpoint.Adapter, [sequence]);
        using var none = no_grad();
        var vector = zeros([1, dimension], float32, model.Transformer.Device);
        var (rank, place) = ((long)checkpoint.Adapter.Config.Rank, 0);
        var ones = eye(rank + 1, dtype: float32, device: model.Transformer.Device);
        foreach (var weights in checkpoint.Adapter.Weights)
            foreach (var (name, parameter) in new[] { ("lora_A", weights.A), ("lora_B", weights.B) })
            {
                using var gradient = parameter.grad ?? zeros_like(parameter);
                parameter.grad = null;
                var wanted = isTraining ? checkpoint.Precondition(place, gradient) : gradient;
                // B is transposed, so that the shorter side is the rank: sum over r of e_r (row r)^T. A row of zeros comes first: the first column of a
                // Hadamard transform is constant, and without it the first rows of all matrices would collide.
                var rows = name == "lora_A" ? wanted : wanted.t(); // [r, in] or [r, out]
                var matrix = cat([zeros([1, rows.shape[1]], float32, rows.device), rows]); // [1 + r, ...]
                var linear = new Linear($"{weights.Linear.Name}.{name}", matrix, bias: null);
                projection.Add(linear, projection.Keep(linear, matrix), ones, [(0, matrix.shape[0])], vector);
                place++;
            }
        return vector[0];
    }
}
