using Attribution.Evaluation;
using Attribution.Methods;
using Attribution.Models;
using TorchSharp;

namespace Attribution.Selection.Baselines;

/// <summary>Scores of training rows that use no evaluation set: the baselines that any method must beat.</summary>
public static class AnswerScores
{
    /// <summary>The number of tokens of each answer, with its end marker, as far as truncation kept them; NaN if it kept none.</summary>
    /// <param name="rows">The conversations.</param>
    public static float[] Lengths(IReadOnlyList<TokenSequence> rows) => [.. rows.Select(row => row.Keep.Count(kept => kept) is var n and > 0 ? n : float.NaN)];

    /// <summary>Each answer's own <see cref="AnswerLoss"/> under the model, in nats per token; NaN for an answer that truncation cut away.</summary>
    /// <param name="transformer">The model.</param>
    /// <param name="rows">The conversations. On the CPU each is a pass of its own, so that its bytes depend on no other.</param>
    /// <param name="tokenBudget">The number of padded tokens that run together in one pass on a GPU.</param>
    /// <param name="cancellation">Checked between passes.</param>
    public static float[] Losses(
        Transformer transformer, IReadOnlyList<TokenSequence> rows, int tokenBudget = VectorComputer.DefaultTokenBudget,
            CancellationToken cancellation = default) =>
        [.. new CrossEntropyEvaluator(transformer, transformer.Device.type == DeviceType.CPU ? 1 : tokenBudget).Losses(rows, cancellation).Select(loss =>
            (float)loss)];
}
