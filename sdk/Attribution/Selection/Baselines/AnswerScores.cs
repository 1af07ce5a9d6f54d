using Attribution.Evaluation;
using Attribution.Methods;
using Attribution.Models;
using TorchSharp;

namespace Attribution.Selection.Baselines;

/// <summary>Scores of training rows that look at no evaluation set: what any method must beat.</summary>
public static class AnswerScores
{
    /// <summary>How many tokens each answer has, its end mark included, as far as the conversation was kept; NaN where none was.</summary>
    /// <param name="rows">The conversations.</param>
    public static float[] Lengths(IReadOnlyList<TokenSequence> rows) => [.. rows.Select(row => row.Keep.Count(kept => kept) is var n and > 0 ? n : float.NaN)];

    /// <summary>Each answer's own <see cref="AnswerLoss"/> under the model, in nats per token; NaN for one that truncation cut away.</summary>
    /// <param name="transformer">The model.</param>
    /// <param name="rows">The conversations. On the CPU each is a pass by itself, so that its bytes depend on no other.</param>
    /// <param name="tokenBudget">How many padded tokens one pass runs together on a GPU.</param>
    /// <param name="cancellation">Looked at between passes.</param>
    public static float[] Losses(
        Transformer transformer, IReadOnlyList<TokenSequence> rows, int tokenBudget = VectorComputer.DefaultTokenBudget,
            CancellationToken cancellation = default) =>
        [.. new CrossEntropyEvaluator(transformer, transformer.Device.type == DeviceType.CPU ? 1 : tokenBudget).Losses(rows, cancellation).Select(loss =>
            (float)loss)];
}
