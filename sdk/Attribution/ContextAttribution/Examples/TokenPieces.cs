using Attribution.Tokenization;

namespace Attribution.ContextAttribution.Examples;

/// <summary>A piece of a document or of an answer: a source or a unit of the target.</summary>
/// <param name="Document">The 0-based document that it is of; 0 in an answer.</param>
/// <param name="Span">Its characters there.</param>
/// <param name="Text">What it says.</param>
/// <param name="Tokens">Its tokens in the whole sequence.</param>
public sealed record TextPiece(int Document, TextSpan Span, string Text, TokenRange Tokens);

/// <summary>From characters to tokens, by the tokens' offsets.</summary>
internal static class TokenPieces
{
    /// <summary>The tokens that stand for any character of a range; null if none does.</summary>
    public static TokenRange? RangeOf(IReadOnlyList<TextSpan> offsets, TextSpan range)
    {
        var first = -1;
        var last = -1;
        for (var t = 0; t < offsets.Count; t++)
        {
            if (!Overlaps(offsets[t], range))
                continue;
            first = first < 0 ? t : first;
            last = t;
        }
        return first < 0 ? null : new TokenRange(first, last + 1);
    }

    /// <summary>
    /// The tokens of ranges that come in order. A token that two of them share is the first one's; a range whose tokens are all another's is left out.
    /// </summary>
    /// <param name="offsets">The tokens' characters.</param>
    /// <param name="ranges">In order and disjoint.</param>
    /// <returns>The place of each range among <paramref name="ranges"/>, and its tokens.</returns>
    public static IEnumerable<(int Index, TokenRange Tokens)> RangesOf(IReadOnlyList<TextSpan> offsets, IReadOnlyList<TextSpan> ranges)
    {
        var next = 0;
        for (var i = 0; i < ranges.Count; i++)
        {
            var first = next;
            while (first < offsets.Count && !Overlaps(offsets[first], ranges[i]) && offsets[first].Start < ranges[i].End)
                first++;
            var last = first;
            while (last < offsets.Count && Overlaps(offsets[last], ranges[i]))
                last++;
            if (last == first)
                continue;
            yield return (i, new TokenRange(first, last));
            next = last;
        }
    }

    // One that stands for no character counts where it stands: it holds a part of the next one's.
    private static bool Overlaps(TextSpan token, TextSpan range) =>
        token.Start < range.End && (token.End > range.Start || (token.Length == 0 && token.Start >= range.Start));
}
