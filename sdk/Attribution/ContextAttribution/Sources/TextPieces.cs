using Attribution.Tokenization;

namespace Attribution.ContextAttribution.Sources;

/// <summary>Cuts a text into the pieces that become its sources.</summary>
internal static class TextPieces
{
    /// <summary>The pieces of a text, in order, disjoint and not empty; none for a text of white space only.</summary>
    /// <param name="text">The text.</param>
    /// <param name="type">The kind of piece. Tokens depend on the tokenizer, not only on the text, and are not supported here.</param>
    /// <param name="rule">Where sentences end.</param>
    public static IReadOnlyList<TextSpan> Of(string text, SourceType type, SentenceRule rule = SentenceRule.Paragraph) => type switch
    {
        SourceType.Word => Words(text),
        SourceType.Sentence => SentenceSplitter.Split(text, rule),
        SourceType.Document => string.IsNullOrWhiteSpace(text) ? [] : [Trimmed(text)],
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a piece of text"),
    };

    private static List<TextSpan> Words(string text)
    {
        var words = new List<TextSpan>();
        for (var at = 0; at < text.Length;)
        {
            var start = at;
            while (at < text.Length && !char.IsWhiteSpace(text[at]))
                at++;
            if (at > start)
                words.Add(new TextSpan(start, at));
            else
                at++;
        }
        return words;
    }

    private static TextSpan Trimmed(string text) => new(text.Length - text.TrimStart().Length, text.TrimEnd().Length);
}

/// <summary>The kinds of pieces that an answer is attributed to.</summary>
public enum SourceType
{
    /// <summary>Single tokens. Training uses these: they are many, and every ablation gives information about each.</summary>
    Token,

    /// <summary>The text between white space.</summary>
    Word,

    /// <summary>Sentences, as <see cref="SentenceSplitter"/> finds them. Results are shown by sentence.</summary>
    Sentence,

    /// <summary>Whole documents, for a context of several.</summary>
    Document,
}
