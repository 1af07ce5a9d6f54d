using System.Text;
using Attribution.Tokenization.Text;

namespace Attribution.Tokenization.PostProcessors;

/// <summary>The changes to the tokens of a whole text: special tokens around it, and white space removed from offsets.</summary>
/// <param name="Before">The ids added before the text.</param>
/// <param name="After">The ids added after the text.</param>
/// <param name="Trims">For each step that trims offsets, its <c>add_prefix_space</c>.</param>
internal sealed record PostProcessor(int[] Before, int[] After, bool[] Trims)
{
    public static PostProcessor Nothing { get; } = new([], [], []);

    /// <summary>This post-processor followed by another.</summary>
    public PostProcessor Then(PostProcessor outer) => new([.. outer.Before, .. Before], [.. After, .. outer.After], [.. Trims, .. outer.Trims]);

    /// <summary>Removes the white space at a token's ends from its offsets, by the reference's rules.</summary>
    /// <param name="index">The index of the token among the text's own tokens.</param>
    /// <param name="token">The token in the vocabulary's spelling.</param>
    /// <param name="offsets">Its range.</param>
    /// <param name="text">The text; the rules count its code points.</param>
    public TextSpan Trim(int index, string token, TextSpan offsets, string text)
    {
        foreach (var addPrefixSpace in Trims)
        {
            var leading = token.TakeWhile(IsSpace).Count();
            var trailing = token.Reverse().TakeWhile(IsSpace).Count();
            // The single space before the first word was not in the text.
            if (leading == 1 && addPrefixSpace && (index == 0 || offsets.Start == 0))
                leading = 0;
            var (start, end) = (offsets.Start, offsets.End);
            for (; leading > 0 && start < end; leading--)
                start += char.IsSurrogatePair(text, start) ? 2 : 1;
            var back = end;
            for (; trailing > 0 && back > 0; trailing--)
                back -= back >= 2 && char.IsSurrogatePair(text, back - 2) ? 2 : 1;
            offsets = new TextSpan(start, trailing > 0 ? end : Math.Max(back, start));
        }
        return offsets;
    }

    private static bool IsSpace(char c) => c == ByteAlphabet.ToChar((byte)' ') || char.IsWhiteSpace(c);
}
