using System.Collections.Concurrent;
using System.Text.Json;
using Attribution.Data.Store;
using Attribution.Data.Store.Journals;
using Attribution.Diagnostics;

namespace Attribution.Judging.Chat;

/// <summary>
/// A model whose answers are stored in the artifact store as soon as they arrive, and are reused from then on, by any experiment. An answer is found by the
/// model and kind of endpoint (<see cref="IChatCompletion.Identity"/>) and by the whole request; the endpoint's address and this library's version do not
/// count.
/// </summary>
internal sealed class StoredChatCompletion : IChatCompletion
{
    private readonly IChatCompletion _model;
    private readonly ArtifactStore _store;
    private readonly ConcurrentDictionary<string, Lazy<Journal>> _journals = [];
    private long _asked, _askedTokens;

    /// <param name="model">The model that answers what is not in the store. Disposed with this object.</param>
    /// <param name="store">The store, which must outlive this object.</param>
    public StoredChatCompletion(IChatCompletion model, ArtifactStore store) => (_model, _store) = (model, store);

    /// <inheritdoc/>
    public string Name => _model.Name;

    /// <inheritdoc/>
    public string Identity => _model.Identity;

    /// <inheritdoc/>
    public int Concurrency => _model.Concurrency;

    /// <summary>The number of answers that the model was called for.</summary>
    public long Asked => Interlocked.Read(ref _asked);

    /// <summary>The number of tokens in those conversations and answers.</summary>
    public long AskedTokens => Interlocked.Read(ref _askedTokens);

    /// <inheritdoc/>
    public async ValueTask<ChatReply> CompleteAsync(ChatRequest request, CancellationToken cancellation = default)
    {
        var (value, produced) = await JournalOf(request).GetOrAddAsync(KeyOf(Identity, request), async token =>
        {
            var reply = await _model.CompleteAsync(request, token).ConfigureAwait(false);
            Interlocked.Increment(ref _asked);
            Interlocked.Add(ref _askedTokens, reply.InputTokens + reply.OutputTokens);
            return StoredReply.Write(reply);
        }, cancellation).ConfigureAwait(false);
        return StoredReply.Read(value) with { FromStore = !produced };
    }

    /// <summary>The stored answer; null if there is none. Changes nothing.</summary>
    /// <exception cref="AttributionException">ATTR1812: the store cannot be read.</exception>
    public ChatReply? Find(ChatRequest request) =>
        JournalOf(request).TryGet(KeyOf(Identity, request), out var value) ? StoredReply.Read(value) with { FromStore = true } : null;

    /// <summary>The mean number of tokens of the stored answers to requests like this one; null if there are none.</summary>
    public double? MeanOutputTokens(ChatRequest request)
    {
        var journal = JournalOf(request);
        return journal.Count == 0 ? null : journal.Values.Average(value => (double)StoredReply.Read(value).OutputTokens);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var journal in _journals.Values)
            journal.Value.Dispose();
        _model.Dispose();
    }

    private static ContentHash KeyOf(string identity, ChatRequest request) => ContentHash.Of(JsonSerializer.SerializeToUtf8Bytes(new
    {
        identity,
        messages = request.Messages.Select(m => new { m.Role, m.Content }),
        request.Temperature,
        request.Seed,
        request.MaxTokens,
        schema = request.Schema?.Json,
    }));

    // Replies to one instruction are stored together, so that those of an unused prompt age together.
    private Journal JournalOf(ChatRequest request)
    {
        var instruction = request.Messages.FirstOrDefault(m => m.Role == "system")?.Content ?? "";
        return _journals.GetOrAdd(instruction, text => new(() =>
        {
            var about = JsonSerializer.Serialize(new { model = Identity, instruction = text });
            return Journal.Open(_store, ContentHash.Of(about), about);
        })).Value;
    }
}
