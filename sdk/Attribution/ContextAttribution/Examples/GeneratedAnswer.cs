using System.Text;
using Attribution.Tokenization;

namespace Attribution.ContextAttribution.Examples;

/// <summary>An answer as tokens and text.</summary>
/// <param name="Ids">Its tokens, without the end token, <c>[T]</c>.</param>
/// <param name="Text">The text of the tokens, special tokens included.</param>
/// <param name="Offsets">The range of <paramref name="Text"/> for each token; empty for a token that contains only a part of a character.</param>
public sealed record GeneratedAnswer(IReadOnlyList<int> Ids, string Text, IReadOnlyList<TextSpan> Offsets)
{
    /// <summary>A generated answer.</summary>
    public static GeneratedAnswer Of(Tokenizer tokenizer, IReadOnlyList<int> ids)
    {
        var decoder = tokenizer.CreateDecoder();
        var text = new StringBuilder();
        var offsets = new TextSpan[ids.Count];
        for (var t = 0; t < ids.Count; t++)
        {
            var start = text.Length;
            text.Append(decoder.Append(ids[t]));
            if (t == ids.Count - 1)
                text.Append(decoder.Finish());
            offsets[t] = new TextSpan(start, text.Length);
        }
        return new GeneratedAnswer([.. ids], text.ToString(), offsets);
    }

    /// <summary>A given text as the answer to a prompt.</summary>
    public static GeneratedAnswer Of(Tokenizer tokenizer, ContextPrompt prompt, string text)
    {
        // Encoded together with the prompt, so that a tokenizer that marks the beginning of a text does not do so in its middle.
        var (ids, offsets) = tokenizer.Encode(prompt.Text + text, addSpecialTokens: false);
        var first = Array.FindIndex(offsets, token => token.End > prompt.Text.Length);
        if (first < 0)
            return new GeneratedAnswer([], text, []);
        return new GeneratedAnswer(ids[first..], text,
            [.. offsets[first..].Select(token => new TextSpan(Math.Max(0, token.Start - prompt.Text.Length), Math.Max(0, token.End - prompt.Text.Length)))]);
    }
}
