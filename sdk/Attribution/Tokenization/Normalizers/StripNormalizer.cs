namespace Attribution.Tokenization.Normalizers;

/// <summary>Drops white space at the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : FilterNormalizer
{
    protected override TextSpan Range(ReadOnlySpan<char> text)
    {
        var start = 0;
        var end = text.Length;
        while (left && start < end && char.IsWhiteSpace(text[start]))
            start++;
        while (right && end > start && char.IsWhiteSpace(text[end - 1]))
            end--;
        return new TextSpan(start, end);
    }
}
