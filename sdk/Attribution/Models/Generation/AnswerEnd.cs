using Attribution.Diagnostics;
using Attribution.Tokenization;

namespace Attribution.Models.Generation;

/// <summary>
/// What a chat template writes behind an answer. A model that was trained with the template ends its answers with it, whatever its
/// <c>generation_config.json</c> says: a base model that was trained with ChatML writes <c>&lt;|im_end|&gt;</c>, which is not its <c>eos_token_id</c>.
/// </summary>
internal sealed class AnswerEnd
{
    private const string Marker = "ANSWERxMARKER";

    // Longer than any marker, in tokens of a character each.
    private const int TailTokens = 64;

    private readonly Tokenizer _tokenizer;
    private readonly int? _token;
    private readonly string? _text;

    private AnswerEnd(Tokenizer tokenizer, int? token, string? text) => (_tokenizer, _token, _text) = (tokenizer, token, text);

    /// <summary>
    /// The first special token behind an answer; or, if there is none, all that the template writes there, without the white space around it; or nothing.
    /// </summary>
    public static AnswerEnd Of(Tokenizer tokenizer, ChatTemplate template)
    {
        var behind = Behind(template);
        var token = tokenizer.EncodeToIds(behind, addSpecialTokens: false).Cast<int?>().FirstOrDefault(id => tokenizer.IsSpecial(id!.Value));
        return new(tokenizer, token, token is null && behind.Trim() is { Length: > 0 } text ? text : null);
    }

    /// <summary>The tokens that end an answer: the model's own, and the template's if it is one token.</summary>
    public IReadOnlySet<int> StopTokens(CausalLanguageModel model) =>
        _token is { } token && !model.StopTokens.Contains(token) ? new HashSet<int>(model.StopTokens) { token } : model.StopTokens;

    /// <summary>The same options, with answers that end where the template's do.</summary>
    public GenerationOptions In(GenerationOptions options, CausalLanguageModel model) => options with
    {
        StopTokens = StopTokens(model),
        IsOver = _text is null ? null : tokens => EndIn(_tokenizer.Decode([.. tokens.TakeLast(TailTokens)], skipSpecialTokens: true)) >= 0,
    };

    /// <summary>A generated answer as text, without what ended it, and whether the model ended it.</summary>
    public (string Text, bool IsComplete) Read(GeneratedText generated)
    {
        var text = _tokenizer.Decode([.. generated.Tokens], skipSpecialTokens: true);
        var end = EndIn(text);
        return ((end < 0 ? text : text[..end]).Trim(), generated.StopToken is not null || end >= 0);
    }

    /// <summary>The tokens of a generated answer, without those that have a part in what ended it, and whether the model ended it.</summary>
    public (IReadOnlyList<int> Tokens, bool IsComplete) ReadTokens(GeneratedText generated)
    {
        var end = EndIn(_tokenizer.Decode([.. generated.Tokens], skipSpecialTokens: true));
        if (end < 0)
            return (generated.Tokens, generated.StopToken is not null);
        var count = generated.Tokens.Count;
        while (count > 0 && _tokenizer.Decode([.. generated.Tokens.Take(count)], skipSpecialTokens: true).Length > end)
            count--;
        return ([.. generated.Tokens.Take(count)], true);
    }

    private int EndIn(string text) => _text is null ? -1 : text.IndexOf(_text, StringComparison.Ordinal);

    private static string Behind(ChatTemplate template)
    {
        try
        {
            var text = template.Render([new("user", "Hello"), new("assistant", Marker)], now: ConversationEncoder.Date);
            var at = text.LastIndexOf(Marker, StringComparison.Ordinal);
            return at < 0 ? "" : text[(at + Marker.Length)..];
        }
        catch (AttributionException) // a template of other conversations
        {
            return "";
        }
    }
}
