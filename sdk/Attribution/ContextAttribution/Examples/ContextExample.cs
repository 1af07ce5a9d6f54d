using System.Text.Json.Serialization;
using Attribution.Diagnostics;
using Attribution.Models;
using Attribution.Tokenization;

namespace Attribution.ContextAttribution.Examples;

/// <summary>An answer as tokens, with the pieces of its context, or of the thoughts before it, that it is attributed to.</summary>
/// <param name="Task">The example as the model's task.</param>
/// <param name="Sources">The pieces that the answer is attributed to, in the order of <see cref="AttributionTask.Sources"/>.</param>
/// <param name="Units">The answer's sentences, in the order of <see cref="AttributionTask.Units"/>.</param>
/// <param name="Dropped">The number of pieces without a token of their own, which are not sources.</param>
public sealed record ContextExample(AttributionTask Task, IReadOnlyList<TextPiece> Sources, IReadOnlyList<TextPiece> Units, int Dropped)
{
    /// <summary>The same example with one unit, a range of the answer.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="start">The position of the first character.</param>
    /// <param name="end">The position after the last character.</param>
    /// <exception cref="AttributionException">ATTR1463: the range is not in the answer, or contains no token.</exception>
    public ContextExample WithRange(GeneratedAnswer answer, int start, int end)
    {
        if (start < 0 || end > answer.Text.Length || start >= end)
            throw new AttributionException(ErrorCodes.AnswerRangeInvalid,
                $"The range {start} to {end} is not in the answer, which has {answer.Text.Length} characters. Give --start and --end as the "
                + "list of its sentences does.");
        var first = Task.Tokens.Count - answer.Ids.Count;
        var span = new TextSpan(start, end);
        if (TokenPieces.RangeOf(answer.Offsets, span) is not { } range || first + range.Start < Task.Target.Start || first + range.End > Task.Target.End)
            throw new AttributionException(ErrorCodes.AnswerRangeInvalid,
                $"The range {start} to {end} of the answer (\"{answer.Text[start..end]}\") has no token to attribute.");
        var unit = new TextPiece(0, span, answer.Text[start..end], new TokenRange(first + range.Start, first + range.End));
        return this with { Task = Task.WithUnits(unit.Tokens), Units = [unit] };
    }
}

/// <summary>The reasons why an example cannot be attributed.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Exclusion>))]
public enum Exclusion
{
    /// <summary>The context is empty, or none of its pieces has a token.</summary>
    NoSource,

    /// <summary>The prompt leaves no room for an answer in the model's window.</summary>
    TooLong,

    /// <summary>The answer has no sentence.</summary>
    NoSentence,

    /// <summary>The answer has no <c>&lt;/think&gt;</c> that ends its thoughts.</summary>
    NoThoughts,
}

/// <summary>
/// Selects the examples that no estimator is trained on. Each example has its own random draw, so that adding examples does not change the choice for the
/// others.
/// </summary>
internal static class HeldOutSplit
{
    /// <summary>Whether an example is held out.</summary>
    /// <param name="contentHash">Identifies the example: <see cref="ContextRow.ContentHash"/>.</param>
    /// <param name="share">The share of examples to hold out, 0 to 1.</param>
    /// <param name="seed">The seed of the experiment.</param>
    public static bool IsHeldOut(string contentHash, double share, long seed) => SeededRandom.Named(seed, $"held out:{contentHash}").NextDouble() < share;
}
