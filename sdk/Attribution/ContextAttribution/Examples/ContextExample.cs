using Attribution.Diagnostics;
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
            throw new AttributionException(ErrorCodes.AnswerRangeInvalid, $"The range {start} to {end} is not in the answer, which has {answer.Text.Length} characters. Give --start and --end as the list of its sentences does.");
        var first = Task.Tokens.Count - answer.Ids.Count;
        var span = new TextSpan(start, end);
        if (TokenPieces.RangeOf(answer.Offsets, span) is not { } range || first + range.Start < Task.Target.Start || first + range.End > Task.Target.End)
            throw new AttributionException(ErrorCodes.AnswerRangeInvalid, $"The range {start} to {end} of the answer (\"{answer.Text[start..end]}\") has no token to attribute.");
        var unit = new TextPiece(0, span, answer.Text[start..end], new TokenRange(first + range.Start, first + range.End));
        return this with { Task = Task.WithUnits(unit.Tokens), Units = [unit] };
    }
}
