using Attribution.Tokenization;

namespace Attribution.ContextAttribution.Examples;

/// <summary>A piece of a document or of an answer: a source or a unit of the target.</summary>
/// <param name="Document">The 0-based document; 0 in an answer.</param>
/// <param name="Span">The range of characters.</param>
/// <param name="Text">The piece's text.</param>
/// <param name="Tokens">The range of tokens in the whole sequence.</param>
public sealed record TextPiece(int Document, TextSpan Span, string Text, TokenRange Tokens);

/// <summary>Maps characters to tokens, by the tokens' offsets.</summary>
internal static class TokenPieces
{
    /// <summary>The tokens that contain any character of a range; null if there are none.</summary>
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
    /// The tokens of ranges in ascending order. A token shared by two ranges belongs to the first; a range whose tokens all belong to others is left out.
    /// </summary>
    /// <param name="offsets">The range of characters of each token.</param>
    /// <param name="ranges">The ranges, in order and disjoint.</param>
    /// <returns>The index of each range in <paramref name="ranges"/>, with its tokens.</returns>
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

    // A token without characters counts at its position: it contains a part of the next token's character.
    private static bool Overlaps(TextSpan token, TextSpan range) =>
        token.Start < range.End && (token.End > range.Start || (token.Length == 0 && token.Start >= range.Start));
}
