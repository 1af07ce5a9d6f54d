using Attribution.Tokenization.Patterns;
using Attribution.Tokenization.Text;

namespace Attribution.Tokenization.Normalizers;

/// <summary>Replaces each match of a pattern; the new text stands for the last replaced character.</summary>
internal sealed class ReplaceNormalizer(Pattern pattern, string content) : Normalizer
{
    public override void Apply(AlignedText text)
    {
        // The case of every sentencepiece vocabulary: one unit for one unit.
        if (pattern is LiteralPattern { Literal: [var from] } && content is [var to])
        {
            text.Writable.Replace(from, to);
            return;
        }
        var matches = new List<TextSpan>();
        pattern.FindMatches(text.Chars, matches);
        if (matches.Count == 0)
            return;
        text.BeginRewrite();
        var done = 0;
        foreach (var match in matches)
        {
            text.Append(done, match.Start);
            text.Append(content, match.End - 1);
            done = match.End;
        }
        text.Append(done, text.Length);
        text.EndRewrite();
    }
}
