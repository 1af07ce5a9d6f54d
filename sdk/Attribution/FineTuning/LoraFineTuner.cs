using Attribution.Diagnostics;
using Attribution.Models;
using Attribution.Models.Fused;
using Attribution.Models.Lora;
using Attribution.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.FineTuning;

/// <summary>
/// Trains a LoRA adapter on the last assistant turns of conversations. The loss of a step is the mean over its rows of each row's own <see cref="AnswerLoss"/>.
/// Every row is used once per epoch, in an order that depends only on the seed. Only the adapter trains. The same rows and options give the same bytes on the
/// same machine.
/// </summary>
/// <param name="options">How to train.</param>
public sealed class LoraFineTuner(FineTuningOptions options)
{
    internal const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    /// <summary>
    /// Trains a new adapter and leaves it attached to the model. Rows without a predicted token are left out: their answer is empty or was cut away.
    /// </summary>
    /// <param name="model">The base model; its own weights do not change.</param>
    /// <param name="rows">The tokenized conversations.</param>
    /// <param name="onStep">Called after each step.</param>
    /// <param name="cancellation">Checked between steps.</param>
    /// <exception cref="AttributionException">An option is out of range, no row can be trained on, or a loss is not finite.</exception>
    public LoraAdapter Train(
        CausalLanguageModel model, IReadOnlyList<TokenSequence> rows, Action<TrainingStep>? onStep = null, CancellationToken cancellation = default) =>
        Train(model, rows, onStep, cancellation, onEpoch: null);

    /// <inheritdoc cref="Train(CausalLanguageModel, IReadOnlyList{TokenSequence}, Action{TrainingStep}?, CancellationToken)"/>
    /// <param name="model">The base model; its own weights do not change.</param>
    /// <param name="rows">The tokenized conversations.</param>
    /// <param name="onStep">Called after each step.</param>
    /// <param name="cancellation">Checked between steps.</param>
    /// <param name="onEpoch">Called with the adapter and its optimizer at the end of each epoch.</param>
    internal LoraAdapter Train(
        CausalLanguageModel model, IReadOnlyList<TokenSequence> rows, Action<TrainingStep>? onStep, CancellationToken cancellation,
            Action<TrainingCheckpoint>? onEpoch)
    {
        options.Check();
        var usable = Enumerable.Range(0, rows.Count).Where(i => rows[i].TargetCount > 0).ToArray();
        if (usable.Length == 0)
            throw new AttributionException(ErrorCodes.NothingToTrain,
                $"None of the {rows.Count} rows has an answer to train on within the tokens kept. Raise MaxTokens or shorten the prompts.");

        var adapter = LoraAdapter.Attach(model, options.Lora, options.Seed);
        try
        {
            using var optimizer = new AdamW(adapter.Parameters, Beta1, Beta2, Epsilon, options.WeightDecay);
            manual_seed(options.Seed); // dropout
            adapter.Training = true;
            var batchSize = Math.Min(options.BatchSize, usable.Length);
            var stepsPerEpoch = options.StepsPerEpoch(usable.Length);
            var total = checked(stepsPerEpoch * options.Epochs);
            for (var step = 0; step < total; step++)
            {
                cancellation.ThrowIfCancellationRequested();
                var (epoch, within) = Math.DivRem(step, stepsPerEpoch);
                var order = RowOrder.Of(usable, options.Seed, epoch);
                var batch = order.Skip(within * batchSize).Take(batchSize).ToArray();
                var rate = options.LearningRate * (total - step) / total;

                using var scope = NewDisposeScope();
                var (loss, tokens) = OutOfMemory.Guard(() => Backward(adapter, [.. batch.Select(i => rows[i])]));
                var norm = GradientNorm(adapter);
                if (!double.IsFinite(loss) || !double.IsFinite(norm))
                    throw new AttributionException(ErrorCodes.LossNotFinite,
                        $"The loss of step {step + 1} is {loss} and the gradient's norm {norm}, on rows {string.Join(", ", batch)}. "
                        + "Lower LearningRate, or use float32 if the model runs in bfloat16.")
                    { Row = batch[0], Property = "LearningRate" };
                optimizer.Step(rate);
                optimizer.ZeroGradients();
                if (within == stepsPerEpoch - 1) // rates fall linearly, so their mean is that of the first and last
                    onEpoch?.Invoke(new TrainingCheckpoint(epoch + 1, (rate + options.LearningRate * (total - epoch * stepsPerEpoch) / total) / 2, adapter,
                        optimizer));
                onStep?.Invoke(new TrainingStep(step + 1, epoch + (double)Math.Min((within + 1) * batchSize, usable.Length) / usable.Length, loss,
                    rate, norm, tokens));
            }
            adapter.Training = false;
            return adapter;
        }
        catch
        {
            adapter.Dispose();
            throw;
        }
    }

    /// <summary>Adds the gradient of the batch's mean loss to the adapter's gradient. Returns the loss and the number of tokens in it.</summary>
    internal static (double Loss, int Tokens) Backward(LoraAdapter adapter, IReadOnlyList<TokenSequence> rows, bool byGraph = false)
    {
        var transformer = adapter.Model.Transformer;
        // Holds what libtorch reads: a tensor that nothing holds is collected while it does.
        using var scope = NewDisposeScope();
        if (!byGraph && FusedPass.Supports(transformer))
            return Fused(adapter, rows);
        var batch = new SequenceBatch(rows, transformer.Device);
        var context = transformer.Context(rows.Count, batch.Length, [.. rows.Select(r => r.Length)]);
        using var enabled = enable_grad();
        var final = transformer.Run(transformer.Embed(batch.Ids), context, 0, transformer.Config.BlockCount);
        var (losses, gradient) = AnswerLoss.Backpropagate(transformer, final, batch, share: 1.0 / rows.Count);
        var entrance = AnswerLoss.At(final, batch);
        if (entrance.requires_grad) // not if only the head has an adapter
            entrance.backward([gradient]);
        return (losses.Average(), batch.TargetRows.Count);
    }

    // The same with the written-out derivative, without padding and without an autograd graph.
    private static (double Loss, int Tokens) Fused(LoraAdapter adapter, IReadOnlyList<TokenSequence> rows)
    {
        using var none = no_grad();
        using var gradients = new LoraGradients(adapter);
        var transformer = adapter.Model.Transformer;
        var packed = new PackedSequences(rows);
        var pass = new FusedPass(transformer, packed, transformer.Context(rows.Count, rows.Max(r => r.Length), [.. rows.Select(r => r.Length)]));
        var (last, kept) = (transformer.Config.BlockCount - 1, new Stack<KeptBlock>());
        try
        {
            var stream = pass.Embed();
            for (var block = 0; block <= last; block++)
            {
                kept.Push(new KeptBlock());
                stream = pass.Forward(block, stream, kept.Peek(), targetsOnly: block == last);
            }
            var (losses, gradient) = pass.Loss(stream);
            gradient.div_(Scalars.Of(rows.Count));
            for (var block = last; block >= 0; block--)
                using (var top = kept.Pop())
                    gradient = pass.Backward(block, top, gradient, entrance: block > 0, (linear, at, _) => gradients.Take(linear, at)) ?? gradient;
            return (losses.Average(), (int)packed.Targets.shape[0]);
        }
        finally
        {
            // If memory ran out on the way, what was kept is a good part of it.
            foreach (var block in kept)
                block.Dispose();
        }
    }

    internal static double GradientNorm(LoraAdapter adapter)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var norms = adapter.Parameters.Select(p => p.grad).OfType<Tensor>().Select(g => g.norm(2f)).ToArray();
        return norms.Length == 0 ? 0 : stack(norms).norm(2f).ToDouble();
    }
}
