using Attribution.Methods;
using Attribution.Methods.Projections;
using Attribution.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Benchmarks.Attribution;

/// <summary>
/// The original pipeline's loops, operator by operator: batches of two in the dataset's order, padded; control and treatment always; weights that
/// require gradients, which nobody reads; the loss a mean over the batch; the product of all pairs of positions.
/// </summary>
internal sealed class OriginalLoop : IDisposable
{
    private const int BatchSize = 2;

    private readonly CausalLanguageModel _model;
    private readonly OriginalModel _forward;
    private readonly Tensor[] _weights;

    public OriginalLoop(CausalLanguageModel model)
    {
        (_model, _forward) = (model, new OriginalModel(model));
        _weights = [.. model.Transformer.Weights.Values];
        foreach (var weight in _weights)
            weight.requires_grad = true;
    }

    /// <summary>The vectors of forward and backward passes of both sides: the last method's alone, or all eleven.</summary>
    public void Activations(IReadOnlyList<TokenizedRow> rows, int layer, bool all)
    {
        foreach (var batch in rows.Chunk(BatchSize))
            foreach (var side in (Func<TokenizedRow, TokenSequence>[])[r => r.Control!, r => r.Treatment])
            {
                using var scope = NewDisposeScope();
                TokenSequence[] sequences = [.. batch.Select(side)];
                var (logits, hidden) = Forward(sequences);
                hidden[layer + 1].retain_grad();
                Loss(logits, sequences).backward();
                using var none = no_grad();
                for (var b = 0; b < sequences.Length; b++)
                    Vectors(hidden[layer][b], hidden[layer + 1][b], hidden[layer + 1].grad![b], KeepOf(sequences, b), all);
                ForgetGradients();
            }
    }

    /// <summary>residual_diff without a backward pass; the model's forward computes all of its logits.</summary>
    public void ForwardOnly(IReadOnlyList<TokenizedRow> rows, int layer)
    {
        using var none = no_grad();
        foreach (var batch in rows.Chunk(BatchSize))
            foreach (var side in (Func<TokenizedRow, TokenSequence>[])[r => r.Control!, r => r.Treatment])
            {
                using var scope = NewDisposeScope();
                TokenSequence[] sequences = [.. batch.Select(side)];
                var (_, hidden) = Forward(sequences);
                for (var b = 0; b < sequences.Length; b++)
                    Mean(hidden[layer + 1][b], KeepOf(sequences, b)).cpu();
            }
    }

    /// <summary>Whole gradients of the weights, one example at a time, each element to four outputs by random numbers that are drawn anew.</summary>
    public void Trak(IReadOnlyList<TokenizedRow> rows, int dimension = 4096)
    {
        var linears = new ProjectionIdentity().Match(_model.Transformer);
        foreach (var row in rows)
        {
            using var scope = NewDisposeScope();
            var (logits, _) = Forward([row.Treatment]);
            Loss(logits, [row.Treatment]).backward();
            using var none = no_grad();
            var vector = zeros([dimension], float32, _model.Transformer.Device);
            foreach (var linear in linears)
            {
                using var inner = NewDisposeScope();
                var gradient = linear.Weight.grad!.flatten().to(float32);
                using var random = new Generator((ulong)string.GetHashCode(linear.Name, StringComparison.Ordinal)); // TorchSharp has none of a GPU
                var places = randint(dimension, [gradient.shape[0], 4], generator: random).to(gradient.device);
                var signs = (randint(2, [gradient.shape[0], 4], generator: random).to(gradient.device) * 2) - 1;
                vector.index_add_(0, places.flatten(), (gradient.unsqueeze(1) * signs * 0.5).flatten(), 1);
            }
            vector.cpu();
            ForgetGradients();
        }
    }

    public void Dispose()
    {
        ForgetGradients();
        foreach (var weight in _weights)
            weight.requires_grad = false;
    }

    private (Tensor Logits, Tensor[] Hidden) Forward(TokenSequence[] sequences)
    {
        var length = sequences.Max(s => s.Length);
        var (ids, mask) = (new long[sequences.Length * length], new long[sequences.Length * length]);
        for (var b = 0; b < sequences.Length; b++)
            for (var t = 0; t < sequences[b].Length; t++)
                (ids[(b * length) + t], mask[(b * length) + t]) = (sequences[b].Ids[t], 1);
        long[] shape = [sequences.Length, length];
        return _forward.Forward(tensor(ids, shape, device: _model.Transformer.Device), tensor(mask, shape, device: _model.Transformer.Device));
    }

    private Tensor Loss(Tensor logits, TokenSequence[] sequences)
    {
        var (length, vocabulary) = (logits.shape[1], logits.shape[2]);
        var labels = new long[sequences.Length * (length - 1)];
        for (var b = 0; b < sequences.Length; b++)
            for (var t = 1; t < length; t++)
                labels[(b * (length - 1)) + t - 1] = t < sequences[b].Length && sequences[b].Keep[t] ? sequences[b].Ids[t] : -100;
        return nn.functional.cross_entropy(logits.narrow(1, 0, length - 1).contiguous().view(-1, vocabulary), tensor(labels, device: logits.device));
    }

    private Tensor KeepOf(TokenSequence[] sequences, int b)
    {
        var length = sequences.Max(s => s.Length);
        return tensor([.. sequences[b].Keep.Concat(Enumerable.Repeat(false, length - sequences[b].Length))], device: _model.Transformer.Device);
    }

    private static Tensor Mean(Tensor rows, Tensor keep) => (rows * keep.unsqueeze(1)).sum([0L]) / keep.sum();

    // z [T, D] entering the block and leaving it, g [T, D] the gradient at what leaves it.
    private static void Vectors(Tensor input, Tensor output, Tensor gradient, Tensor keep, bool all)
    {
        var kept = input.index_select(0, keep.nonzero().squeeze(1)); // [K, D]
        var products = kept.mm(input.t()); // [K, T]
        Tensor Change(Tensor weights) => -weights.mm(gradient).mean([0L]);
        Change(products).to(float32).cpu();
        if (!all)
            return;
        var masked = keep.to(products.dtype).unsqueeze(0);
        foreach (var vector in (Tensor[])[Mean(output, keep), Mean(input, keep), -Mean(gradient, keep), Change(products + 1), Change(products * masked),
            Change((products + 1) * masked)])
            vector.to(float32).cpu();
    }

    private void ForgetGradients()
    {
        foreach (var weight in _weights)
        {
            weight.grad?.Dispose();
            weight.grad = null;
        }
    }
}
