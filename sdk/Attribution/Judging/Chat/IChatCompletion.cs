using Attribution.Diagnostics;

namespace Attribution.Judging.Chat;

/// <summary>A language model that answers conversations: behind a service or in this process. May be called from several threads at once.</summary>
public interface IChatCompletion : IDisposable
{
    /// <summary>The model's name, for people and for file names.</summary>
    string Name { get; }

    /// <summary>
    /// What besides the request a reply depends on: the kind of endpoint and the model. Not where the endpoint is: the same model behind another address
    /// gives the same replies.
    /// </summary>
    string Identity { get; }

    /// <summary>How many calls are worth having under way at once. The client itself keeps to what the endpoint bears.</summary>
    int Concurrency { get; }

    /// <summary>Answers a conversation.</summary>
    /// <param name="request">The conversation, and how to answer it.</param>
    /// <param name="cancellation">Ends the wait. A call that is under way may still be given time to end, so that what is paid for is kept.</param>
    /// <exception cref="AttributionException">ATTR1645 to ATTR1649: the endpoint refused, could not be reached, or may not be asked for more.</exception>
    ValueTask<ChatReply> CompleteAsync(ChatRequest request, CancellationToken cancellation = default);
}
