using Attribution.ContextAttribution.Sources;
using Attribution.Tokenization;

namespace Attribution.ContextAttribution.Examples;

/// <summary>Builds examples from prompts and answers.</summary>
public static class ContextExampleBuilder
{
    private const string ThoughtsBegin = "<think>", ThoughtsEnd = "</think>";

    /// <summary>An answer to attribute to the pieces of its context.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="type">The kind of piece.</param>
    /// <param name="rule">Where sentences end, in the answer too.</param>
    /// <returns>The example, or the reason why there is none.</returns>
    public static (ContextExample? Example, Exclusion? Why) OfContext(
        ContextPrompt prompt, GeneratedAnswer answer, SourceType type, SentenceRule rule = SentenceRule.Paragraph)
    {
        var sources = new List<TextPiece>();
        var pieces = 0;
        foreach (var (d, document) in prompt.Documents.Index())
            pieces += Sources(prompt.Text[document.Start..document.End], type, rule, prompt.Offsets, document.Start, 0, d,
                sources.Count == 0 ? 0 : sources[^1].Tokens.End, sources);
        return Build(prompt, answer, new TextSpan(0, answer.Text.Length), rule, sources, pieces - sources.Count);
    }

    /// <summary>A reasoning model's final answer, to attribute to the pieces of its thoughts, which end with <c>&lt;/think&gt;</c>.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="answer">The thoughts and the answer.</param>
    /// <param name="type">The kind of piece.</param>
    /// <param name="rule">Where sentences end, in the answer too.</param>
    /// <returns>The example, or the reason why there is none.</returns>
    public static (ContextExample? Example, Exclusion? Why) OfThoughts(
        ContextPrompt prompt, GeneratedAnswer answer, SourceType type, SentenceRule rule = SentenceRule.Paragraph)
    {
        if (SpanOfThoughts(answer.Text) is not var (start, end))
            return (null, Exclusion.NoThoughts);
        var sources = new List<TextPiece>();
        var pieces = Sources(answer.Text[start..end], type, rule, answer.Offsets, start, prompt.Ids.Count, 0, prompt.Ids.Count, sources);
        return Build(prompt, answer, new TextSpan(end + ThoughtsEnd.Length, answer.Text.Length), rule, sources, pieces - sources.Count);
    }

    /// <summary>The thoughts of an answer, whose pieces are the sources of <see cref="OfThoughts"/>; empty if there are none.</summary>
    public static string ThoughtsOf(GeneratedAnswer answer) => SpanOfThoughts(answer.Text) is var (start, end) ? answer.Text[start..end] : "";

    private static TextSpan? SpanOfThoughts(string text)
    {
        var end = text.LastIndexOf(ThoughtsEnd, StringComparison.Ordinal);
        // Some templates open the thoughts themselves, so that the answer does not contain the opening tag.
        var start = text.IndexOf(ThoughtsBegin, StringComparison.Ordinal) is >= 0 and var begin && begin < end ? begin + ThoughtsBegin.Length : 0;
        return end < 0 ? null : new TextSpan(start, end);
    }

    /// <summary>Adds the pieces of a text that have tokens.</summary>
    /// <param name="text">The text.</param>
    /// <param name="type">The kind of piece.</param>
    /// <param name="rule">Where sentences end.</param>
    /// <param name="offsets">The range of characters of each token.</param>
    /// <param name="textStart">The position of the text among those characters.</param>
    /// <param name="tokenStart">The position of the first of those tokens in the whole sequence.</param>
    /// <param name="document">The 0-based index of the text's document.</param>
    /// <param name="free">The first token of the sequence that no source has yet.</param>
    /// <param name="sources">Receives the pieces.</param>
    /// <returns>The number of pieces in the text, with or without tokens.</returns>
    private static int Sources(
        string text, SourceType type, SentenceRule rule, IReadOnlyList<TextSpan> offsets, int textStart, int tokenStart, int document, int free,
            List<TextPiece> sources)
    {
        if (type == SourceType.Token)
        {
            var whole = new TextSpan(textStart, textStart + text.Length);
            if (TokenPieces.RangeOf(offsets, whole) is not { } all)
                return 0;
            for (var t = Math.Max(all.Start, free - tokenStart); t < all.End; t++)
            {
                // The space before a word belongs to the word's first token, even if it is outside of the document.
                var span = new TextSpan(Math.Max(0, offsets[t].Start - textStart), Math.Min(text.Length, offsets[t].End - textStart));
                sources.Add(new TextPiece(document, span, text[span.Start..span.End], new TokenRange(tokenStart + t, tokenStart + t + 1)));
            }
            return all.Length;
        }
        var pieces = TextPieces.Of(text, type, rule);
        foreach (var (index, tokens) in TokenPieces.RangesOf(offsets, [.. pieces.Select(p => new TextSpan(p.Start + textStart, p.End + textStart))]))
        {
            var start = Math.Max(tokens.Start, free - tokenStart);
            if (start < tokens.End)
                sources.Add(new TextPiece(document, pieces[index], text[pieces[index].Start..pieces[index].End],
                    new TokenRange(tokenStart + start, tokenStart + tokens.End)));
        }
        return pieces.Count;
    }

    private static (ContextExample?, Exclusion?) Build(
        ContextPrompt prompt, GeneratedAnswer answer, TextSpan target, SentenceRule rule, List<TextPiece> sources, int dropped)
    {
        if (sources.Count == 0)
            return (null, Exclusion.NoSource);
        var text = answer.Text[target.Start..target.End];
        var sentences = SentenceSplitter.Split(text, rule).Select(s => new TextSpan(s.Start + target.Start, s.End + target.Start)).ToArray();
        var units = TokenPieces.RangesOf(answer.Offsets, sentences)
            .Select(u => new TextPiece(0, sentences[u.Index], answer.Text[sentences[u.Index].Start..sentences[u.Index].End],
                new TokenRange(prompt.Ids.Count + u.Tokens.Start, prompt.Ids.Count + u.Tokens.End)))
            .Where(u => u.Tokens.Start >= sources[^1].Tokens.End).ToArray();
        if (units.Length == 0)
            return (null, Exclusion.NoSentence);
        var task = new AttributionTask([.. prompt.Ids, .. answer.Ids], new TokenRange(units[0].Tokens.Start, units[^1].Tokens.End),
            [.. sources.Select(s => s.Tokens)], [.. units.Select(u => u.Tokens)]);
        return (new ContextExample(task, sources, units, dropped), null);
    }
}
