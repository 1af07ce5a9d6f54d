using Attribution.Diagnostics;
using Attribution.Models;
using Attribution.Models.Fused;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Evaluation;

/// <summary>Measures how well a model predicts the answers of an evaluation set.</summary>
/// <param name="transformer">The number of padded tokens that run together in one pass.</param>
/// <param name="tokenBudget">How many padded tokens one pass runs together.</param>
public sealed class CrossEntropyEvaluator(Transformer transformer, int tokenBudget = 4096)
{
    /// <summary>Each conversation's <see cref="AnswerLoss"/>, in nats per token; NaN for a conversation whose answer truncation cut away.</summary>
    /// <exception cref="AttributionException">ATTR1603: a loss is not finite.</exception>
    public double[] Losses(IReadOnlyList<TokenSequence> conversations, CancellationToken cancellation = default)
    {
        var losses = new double[conversations.Count];
        using var none = no_grad();
        foreach (var members in SequenceBatch.Plan([.. conversations.Select(c => c.Length)], tokenBudget))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var values = Losses([.. members.Select(i => conversations[i])]);
            for (var b = 0; b < members.Length; b++)
                losses[members[b]] = double.IsFinite(values[b]) || conversations[members[b]].TargetCount == 0 ? values[b]
                    : throw new AttributionException(ErrorCodes.LossNotFinite, $"The loss of conversation {members[b]} is {values[b]}: the model's or the "
                        + "adapter's weights are not finite, or too large for its type. Lower LearningRate, or use float32 if the model runs in bfloat16.")
                    { Property = "LearningRate" };
        }
        return losses;
    }

    private double[] Losses(TokenSequence[] sequences)
    {
        var longest = sequences.Max(s => s.Length);
        var context = transformer.Context(sequences.Length, longest, [.. sequences.Select(s => s.Length)]);
        if (FusedPass.Supports(transformer))
            return new FusedPass(transformer, new PackedSequences(sequences), context).Losses();
        var batch = new SequenceBatch(sequences, transformer.Device);
        return AnswerLoss.PerExample(transformer, transformer.Run(transformer.Embed(batch.Ids), context, 0, transformer.Config.BlockCount), batch);
    }

    /// <summary>The mean losses of an evaluation set's treatments and controls.</summary>
    /// <param name="treatments">The treatment of each row.</param>
    /// <param name="controls">The control of each row, in the same order; null for a row without one.</param>
    /// <param name="cancellation">Checked between passes.</param>
    /// <exception cref="AttributionException">ATTR1603: a loss is not finite.</exception>
    public CrossEntropy Evaluate(IReadOnlyList<TokenSequence> treatments, IReadOnlyList<TokenSequence?> controls, CancellationToken cancellation = default)
    {
        if (controls.Count != treatments.Count)
            throw new ArgumentException($"{treatments.Count} treatments need as many controls, null where there is none, not {controls.Count}",
                nameof(controls));
        var treatment = Losses(treatments, cancellation);
        int[] controlled = [.. Enumerable.Range(0, controls.Count).Where(row => controls[row] is not null)];
        var control = Losses([.. controlled.Select(row => controls[row]!)], cancellation);
        var both = controlled.Zip(control, (row, loss) => (Treatment: treatment[row], Control: loss))
            .Where(pair => !double.IsNaN(pair.Treatment) && !double.IsNaN(pair.Control)).ToArray();
        return new CrossEntropy(Mean(treatment), Mean(control), treatment.Count(double.IsNaN) + control.Count(double.IsNaN))
        {
            Gap = Mean(both.Select(pair => pair.Control)) - Mean(both.Select(pair => pair.Treatment)),
        };
    }

    private static double? Mean(IEnumerable<double> losses) =>
        losses.Where(l => !double.IsNaN(l)).ToArray() is { Length: > 0 } finite ? finite.Average() : null;
}

/// <summary>How well a model predicts an evaluation set's answers.</summary>
/// <param name="Treatment">The mean loss of the treatments, in nats per token; null if there are none.</param>
/// <param name="Control">The mean loss of the controls, in nats per token; null if there are none.</param>
/// <param name="Skipped">The number of conversations left out because truncation cut their answer away.</param>
public sealed record CrossEntropy(double? Treatment, double? Control, int Skipped)
{
    /// <summary>
    /// The mean of control minus treatment over the rows that have both losses, in nats per token: how much better the model predicts the behaviour than its
    /// absence. Training that instils the behaviour raises it. Null if there are no such rows.
    /// </summary>
    public double? Gap { get; init; }
}
