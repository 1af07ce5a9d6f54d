using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Judging.Chat;

namespace Attribution.Judging;

/// <summary>
/// Has a language model score answers with a prompt. After a reply without a score the model is asked once more; then the answer stays unjudged. A reply that
/// was cut by the token limit has no score, whatever it says; the model is asked once more with room for reasoning. An answer that a content filter refuses is
/// unjudged at once.
/// </summary>
/// <param name="chat">The model; not disposed with this object.</param>
/// <param name="prompt">The judging prompt.</param>
public sealed class LlmJudge(IChatCompletion chat, JudgePrompt prompt) : IJudge
{
    /// <summary>A larger share of answers without a score means that the model or the prompt does not work, not that the answers are hard to judge.</summary>
    public const double MostUnjudged = 0.05;

    /// <summary>The factor by which the token limit grows after a cut reply: reasoning models count their thoughts.</summary>
    private const int RoomToReason = 8;

    /// <inheritdoc/>
    public string Name => chat.Name;

    /// <inheritdoc/>
    public JudgeScale Scale => prompt.Scale;

    /// <inheritdoc/>
    public string Identity { get; } = $"llm:{ContentHash.Of($"{chat.Identity}\n{prompt.Text}")}";

    /// <inheritdoc/>
    public int Concurrency => chat.Concurrency;

    /// <inheritdoc/>
    /// <exception cref="AttributionException">ATTR1645 to ATTR1649: the model cannot be called. ATTR1651: a reference is missing.</exception>
    public async ValueTask<Verdict> JudgeAsync(JudgeRequest request, CancellationToken cancellation)
    {
        var asked = prompt.Ask(request);
        var reply = await chat.CompleteAsync(asked, cancellation).ConfigureAwait(false);
        if (Read(reply) is { } verdict)
            return verdict;
        ChatReply again;
        try
        {
            again = await chat.CompleteAsync(
                reply.End == ReplyEnd.Cut ? asked with { MaxTokens = asked.MaxTokens * RoomToReason } : prompt.AskAgain(asked, reply.Text),
                cancellation).ConfigureAwait(false);
        }
        catch (AttributionException e) when (reply.End == ReplyEnd.Cut && e.InnerException is NoRoomException)
        {
            return new Verdict(null, $"unjudged; the judge wrote: {reply.Text}{Cut(reply)} ... and got no more room: {e.Message}", reply.Text);
        }
        return Read(again) ?? new Verdict(null, $"unjudged; the judge wrote: {reply.Text}{Cut(reply)} ... and, asked again: {again.Text}{Cut(again)}",
            again.Text);
    }

    private Verdict? Read(ChatReply reply) => reply.End switch
    {
        ReplyEnd.Whole => VerdictText.Read(reply.Text, Scale),
        ReplyEnd.Filtered => new Verdict(null, $"unjudged; a content filter refused it: {reply.Text}", reply.Text) { Filtered = true },
        _ => null,
    };

    private static string Cut(ChatReply reply) => reply.End == ReplyEnd.Cut ? " [cut by the limit of tokens]" : "";
}
