using System.Text.Json.Serialization;
using Attribution.Diagnostics;
using Attribution.Models;
using Attribution.Tokenization;

namespace Attribution.ContextAttribution.Examples;

/// <summary>An answer with the pieces of its context, or of the thoughts before it, as tokens: what is attributed to what.</summary>
/// <param name="Task">The same for the model.</param>
/// <param name="Sources">The pieces that the answer is attributed to, in the order of <see cref="AttributionTask.Sources"/>.</param>
/// <param name="Units">The answer's sentences, in the order of <see cref="AttributionTask.Units"/>.</param>
/// <param name="Dropped">How many pieces have no token of their own and so are no source.</param>
public sealed record ContextExample(AttributionTask Task, IReadOnlyList<TextPiece> Sources, IReadOnlyList<TextPiece> Units, int Dropped)
{
    /// <summary>The same with one unit, a range of the answer.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="start">The first character.</param>
    /// <param name="end">The one after the last.</param>
    /// <exception cref="AttributionException">ATTR1463: the range is not in the answer, or has no token.</exception>
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

/// <summary>Why nothing can be attributed of an example.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Exclusion>))]
public enum Exclusion
{
    /// <summary>The context is empty, or none of its pieces is a token.</summary>
    NoSource,

    /// <summary>The prompt leaves no room for an answer in the model's window.</summary>
    TooLong,

    /// <summary>The answer has no sentence.</summary>
    NoSentence,

    /// <summary>The answer has no <c>&lt;/think&gt;</c> that would end its thoughts.</summary>
    NoThoughts,
}

/// <summary>
/// Which examples no estimator is trained on: each by its own draw, so that examples that come later change nothing of those that were there.
/// </summary>
internal static class HeldOutSplit
{
    /// <summary>Whether an example is held out.</summary>
    /// <param name="contentHash">What the example is: <see cref="ContextRow.ContentHash"/>.</param>
    /// <param name="share">The share of all that is held out, 0 to 1.</param>
    /// <param name="seed">The seed of the experiment.</param>
    public static bool IsHeldOut(string contentHash, double share, long seed) => SeededRandom.Named(seed, $"held out:{contentHash}").NextDouble() < share;
}
