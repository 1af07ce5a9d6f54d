using System.Text;
using Attribution.Tokenization.Patterns;

namespace Attribution.Tokenization.Decoders;

/// <summary><c>Replace</c>: each match of a pattern within a token.</summary>
internal sealed class ReplaceStage(Pattern pattern, string content, Action<string> emit) : DecoderStage(emit)
{
    private readonly List<TextSpan> _matches = [];

    public override void Push(string token)
    {
        _matches.Clear();
        pattern.FindMatches(token, _matches);
        if (_matches.Count == 0)
        {
            Emit(token);
            return;
        }
        var text = new StringBuilder();
        var done = 0;
        foreach (var match in _matches)
        {
            text.Append(token, done, match.Start - done).Append(content);
            done = match.End;
        }
        Emit(text.Append(token, done, token.Length - done).ToString());
    }
}
