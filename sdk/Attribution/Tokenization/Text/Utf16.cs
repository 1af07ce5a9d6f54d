using System.Text;

namespace Attribution.Tokenization.Text;

/// <summary>Makes UTF-16 strings well-formed.</summary>
internal static class Utf16
{
    /// <summary>
    /// The text with each lone surrogate replaced by U+FFFD, as on the way into the reference library, whose strings are UTF-8. Returns the same object if
    /// there is none; the length never changes.
    /// </summary>
    public static string WellFormed(string text)
    {
        var bad = FindLoneSurrogate(text, 0);
        if (bad < 0)
            return text;
        var units = text.ToCharArray();
        for (; bad >= 0; bad = FindLoneSurrogate(text, bad + 1))
            units[bad] = '\uFFFD';
        return new string(units);
    }

    private static int FindLoneSurrogate(string text, int from)
    {
        for (var at = from; at < text.Length; at++)
        {
            var skip = text.AsSpan(at).IndexOfAnyInRange('\uD800', '\uDFFF');
            if (skip < 0)
                return -1;
            at += skip;
            if (!Rune.TryGetRuneAt(text, at, out _))
                return at;
            at++;
        }
        return -1;
    }
}
