using System.Buffers;
using System.Text;
using Attribution.Tokenization.Patterns;

namespace Attribution.Tokenization.AddedTokens;

/// <summary>A token that is found in the text itself, before the model sees it; the names are those of <c>tokenizer.json</c>.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its spelling.</param>
/// <param name="SingleWord">Whether it is found only where no word character touches it.</param>
/// <param name="StripsLeft"><c>lstrip</c>: whether it includes the white space before it.</param>
/// <param name="StripsRight"><c>rstrip</c>: whether it includes the white space after it.</param>
/// <param name="Normalized">Whether it is searched for in the normalized text, in its own normalized form.</param>
/// <param name="Special">Whether it is left out when decoding without special tokens.</param>
internal sealed record AddedToken(
    int Id, string Content, bool SingleWord, bool StripsLeft, bool StripsRight, bool Normalized, bool Special);

/// <summary>Finds added tokens in a text from left to right, the longest one at each position.</summary>
internal sealed class AddedTokenSplitter
{
    private readonly Node _root = new();
    private readonly SearchValues<char> _firstUnits;

    /// <param name="tokens">The tokens with the text to search for, which normalization may have changed; empty texts are never found.</param>
    public AddedTokenSplitter(IEnumerable<(string Text, AddedToken Token)> tokens)
    {
        foreach (var (text, token) in tokens)
        {
            if (text == "")
                continue;
            var node = _root;
            foreach (var unit in text)
                node = node.Children.TryGetValue(unit, out var child) ? child : node.Children[unit] = new Node();
            node.Token ??= token;
        }
        _firstUnits = SearchValues.Create([.. _root.Children.Keys]);
    }

    /// <summary>Whether there is nothing to look for.</summary>
    public bool IsEmpty => _root.Children.Count == 0;

    /// <summary>The next added token at or after a position, with the white space that it includes.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="done">The end of the previous token; white space before the next one does not extend beyond it.</param>
    /// <param name="from">The position to search from; moves past the token found.</param>
    /// <param name="range">The token's range.</param>
    public AddedToken? Next(ReadOnlySpan<char> text, int done, ref int from, out TextSpan range)
    {
        while (from < text.Length && text[from..].IndexOfAny(_firstUnits) is >= 0 and var skip)
        {
            var start = from + skip;
            if (Longest(text[start..], out var length) is not { } token)
            {
                from = start + 1;
                continue;
            }
            var end = from = start + length;
            if (token.SingleWord && (EndsWithWord(text[..start]) || StartsWithWord(text[end..])))
                continue;
            while (token.StripsLeft && start > done && char.IsWhiteSpace(text[start - 1]))
                start--;
            while (token.StripsRight && end < text.Length && char.IsWhiteSpace(text[end]))
                end++;
            range = new TextSpan(start, end);
            return token;
        }
        range = default;
        return null;
    }

    private AddedToken? Longest(ReadOnlySpan<char> text, out int length)
    {
        length = 0;
        AddedToken? longest = null;
        var node = _root;
        for (var at = 0; at < text.Length && node.Children.TryGetValue(text[at], out node); at++)
            if (node.Token is { } token)
                (longest, length) = (token, at + 1);
        return longest;
    }

    private static bool EndsWithWord(ReadOnlySpan<char> text)
        => Rune.DecodeLastFromUtf16(text, out var rune, out _) == OperationStatus.Done && IsWord(rune);

    private static bool StartsWithWord(ReadOnlySpan<char> text)
        => Rune.DecodeFromUtf16(text, out var rune, out _) == OperationStatus.Done && IsWord(rune);

    // Unlike Oniguruma's, the \w that the reference uses here includes the joiners.
    private static bool IsWord(Rune rune) => CharacterKinds.IsWord(rune) || rune.Value is 0x200C or 0x200D;

    private sealed class Node
    {
        public Dictionary<char, Node> Children { get; } = [];

        public AddedToken? Token { get; set; }
    }
}
