using System.Text;
using Attribution.Diagnostics;
using Attribution.Judging.Chat;

namespace Attribution.Judging;

/// <summary>What it takes to have answers judged that are not judged yet.</summary>
/// <param name="Calls">How many distinct answers the model must be asked about.</param>
/// <param name="Tokens">About how many tokens that makes, of conversations and replies: an estimate.</param>
internal readonly record struct JudgeCost(int Calls, long Tokens)
{
    // English text has about four bytes to a token with the vocabularies of today, and a verdict about fifty tokens.
    private const double BytesPerToken = 4;
    private const double UsualReply = 50;
    private const int TokensPerMessage = 4;

    /// <summary>Estimates it. Asks nobody and changes nothing.</summary>
    /// <param name="prompt">How the model is asked.</param>
    /// <param name="chat">The model, with what is in the store.</param>
    /// <param name="answers">The answers.</param>
    /// <exception cref="AttributionException">ATTR1651: an answer lacks a reference. ATTR1812: the store cannot be read.</exception>
    internal static JudgeCost Of(JudgePrompt prompt, StoredChatCompletion chat, IEnumerable<JudgeRequest> answers)
    {
        var (calls, tokens) = (0, 0.0);
        double? reply = null;
        foreach (var answer in answers.Distinct())
        {
            var request = prompt.Ask(answer);
            if (chat.Find(request) is not null)
                continue;
            calls++;
            reply ??= chat.MeanOutputTokens(request) ?? UsualReply;
            tokens += TokensOf(request) + reply.Value;
        }
        return new(calls, (long)tokens);
    }

    /// <summary>About how many tokens a conversation has.</summary>
    public static double TokensOf(ChatRequest request) => request.Messages.Sum(m => TokensPerMessage + (Encoding.UTF8.GetByteCount(m.Content) / BytesPerToken));

    /// <summary>Both together.</summary>
    public static JudgeCost operator +(JudgeCost x, JudgeCost y) => new(x.Calls + y.Calls, x.Tokens + y.Tokens);

    /// <inheritdoc/>
    public override string ToString() => Calls == 0 ? "no calls" : $"{Calls:N0} {(Calls == 1 ? "call" : "calls")}, about {Tokens:N0} tokens";
}
