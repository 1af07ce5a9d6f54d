using System.Text;
using Attribution.Diagnostics;
using Attribution.Judging.Chat;

namespace Attribution.Judging;

/// <summary>The cost of judging the answers that are not judged yet.</summary>
/// <param name="Calls">The number of distinct answers that the model must judge.</param>
/// <param name="Tokens">The estimated number of tokens in conversations and replies.</param>
internal readonly record struct JudgeCost(int Calls, long Tokens)
{
    // English text has about four bytes per token with current vocabularies, and a verdict has about fifty tokens.
    private const double BytesPerToken = 4;
    private const double UsualReply = 50;
    private const int TokensPerMessage = 4;

    /// <summary>Estimates the cost. Calls no model and changes nothing.</summary>
    /// <param name="prompt">The judging prompt.</param>
    /// <param name="chat">The model, with its stored replies.</param>
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

    /// <summary>The approximate number of tokens in a conversation.</summary>
    public static double TokensOf(ChatRequest request) => request.Messages.Sum(m => TokensPerMessage + (Encoding.UTF8.GetByteCount(m.Content) / BytesPerToken));

    /// <summary>The sum of both costs.</summary>
    public static JudgeCost operator +(JudgeCost x, JudgeCost y) => new(x.Calls + y.Calls, x.Tokens + y.Tokens);

    /// <inheritdoc/>
    public override string ToString() => Calls == 0 ? "no calls" : $"{Calls:N0} {(Calls == 1 ? "call" : "calls")}, about {Tokens:N0} tokens";
}
