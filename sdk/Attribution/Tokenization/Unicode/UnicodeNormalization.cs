using System.Text;

namespace Attribution.Tokenization.Unicode;

/// <summary>
/// The Unicode normalization forms (Unicode Standard Annex 15), with each code point's relation to the input, which offsets need. The runtime's own
/// normalization returns its input unchanged without culture data, as in this project.
/// </summary>
internal static class UnicodeNormalization
{
    private const int HangulBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TrailBase = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TrailCount = 28, HangulCount = LeadCount * VowelCount * TrailCount;

    /// <summary>Whether a quick check shows that the text is normalized already; false if it may or may not be.</summary>
    public static bool IsNormalizedForSure(ReadOnlySpan<char> text, bool compatibility, bool compose)
    {
        // Below U+0300 no character composes or reorders, and below U+00A0 none decomposes in any form.
        var simple = compose && !compatibility ? '\u02FF' : '\u009F';
        var from = text.IndexOfAnyExceptInRange('\0', simple);
        if (from < 0)
            return true;
        if (compatibility || !compose)
            return false;
        var data = UnicodeData.Instance;
        var lastClass = 0;
        foreach (var rune in text[from..].EnumerateRunes())
        {
            if (rune.Value <= simple)
            {
                lastClass = 0;
                continue;
            }
            var combiningClass = data.CombiningClass(rune.Value);
            if (data.MayChangeInNfc(rune.Value) || combiningClass != 0 && combiningClass < lastClass)
                return false;
            lastClass = combiningClass;
        }
        return true;
    }

    /// <summary>
    /// The normalized code points. <c>Change</c> is 0 for a code point that replaces an input code point, 1 for an additional one from the same position, -N
    /// for one that replaces N further input code points as well.
    /// </summary>
    public static List<(int CodePoint, int Change)> Normalize(ReadOnlySpan<char> text, bool compatibility, bool compose)
    {
        var decomposed = new List<(int CodePoint, int Change)>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var first = decomposed.Count;
            Decompose(rune.Value, compatibility, decomposed);
            for (var i = first + 1; i < decomposed.Count; i++)
                decomposed[i] = decomposed[i] with { Change = 1 };
        }
        Reorder(decomposed);
        return compose ? Compose(decomposed) : decomposed;
    }

    private static void Decompose(int codePoint, bool compatibility, List<(int CodePoint, int Change)> into)
    {
        var hangul = codePoint - HangulBase;
        if (hangul is >= 0 and < HangulCount)
        {
            into.Add((LeadBase + hangul / (VowelCount * TrailCount), 0));
            into.Add((VowelBase + hangul / TrailCount % VowelCount, 0));
            if (hangul % TrailCount > 0)
                into.Add((TrailBase + hangul % TrailCount, 0));
        }
        else if (UnicodeData.Instance.Decomposition(codePoint, compatibility) is { } parts)
            foreach (var part in parts)
                Decompose(part, compatibility, into);
        else
            into.Add((codePoint, 0));
    }

    // Canonical ordering: runs of non-starters are sorted by class; equal classes keep their order.
    private static void Reorder(List<(int CodePoint, int Change)> text)
    {
        var data = UnicodeData.Instance;
        for (int start = 0, end; start < text.Count; start = end + 1)
        {
            var sorted = true;
            for (end = start; end < text.Count && data.CombiningClass(text[end].CodePoint) is > 0 and var combiningClass; end++)
                sorted &= end == start || data.CombiningClass(text[end - 1].CodePoint) <= combiningClass;
            if (sorted)
                continue;
            var run = text.Skip(start).Take(end - start).OrderBy(part => data.CombiningClass(part.CodePoint)).ToArray();
            for (var i = 0; i < run.Length; i++)
                text[start + i] = run[i];
        }
    }

    private static List<(int CodePoint, int Change)> Compose(List<(int CodePoint, int Change)> text)
    {
        var data = UnicodeData.Instance;
        var composed = new List<(int CodePoint, int Change)>(text.Count);
        var starter = -1;
        var lastClass = 0;
        foreach (var (codePoint, change) in text)
        {
            var combiningClass = data.CombiningClass(codePoint);
            var blocked = starter < 0 || composed.Count - 1 > starter && lastClass >= combiningClass;
            if (!blocked && ComposePair(composed[starter].CodePoint, codePoint) is { } whole)
            {
                composed[starter] = (whole, composed[starter].Change + change - 1);
                continue;
            }
            if (combiningClass == 0)
                starter = composed.Count;
            lastClass = combiningClass;
            composed.Add((codePoint, change));
        }
        return composed;
    }

    private static int? ComposePair(int first, int second)
    {
        if (first - LeadBase is >= 0 and < LeadCount && second - VowelBase is >= 0 and < VowelCount)
            return HangulBase + ((first - LeadBase) * VowelCount + second - VowelBase) * TrailCount;
        var hangul = first - HangulBase;
        if (hangul is >= 0 and < HangulCount && hangul % TrailCount == 0 && second - TrailBase is > 0 and < TrailCount)
            return first + second - TrailBase;
        return UnicodeData.Instance.Composition(first, second);
    }
}
