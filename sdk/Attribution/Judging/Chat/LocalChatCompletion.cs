using System.Threading.Channels;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Models;
using Attribution.Models.Generation;
using Attribution.Models.Hub;
using Attribution.Tokenization;
using TorchSharp;

namespace Attribution.Judging.Chat;

/// <summary>
/// A model from a folder that answers in this process: a judge without network and cost. The model is loaded on first use. Requests that wait while it is busy
/// are answered together.
/// </summary>
internal sealed class LocalChatCompletion : IChatCompletion
{
    private const int BatchSize = 8;

    private readonly string _folder;
    private readonly Func<CausalLanguageModel> _load;
    private readonly Channel<Waiting> _waiting = Channel.CreateUnbounded<Waiting>();
    private readonly Lazy<Task> _loop;
    private bool _disposed;

    /// <param name="folder">The model's folder.</param>
    /// <param name="hasher">Hashes the model's files: the model is identified by its content.</param>
    /// <param name="load">Loads the model; if null, it is loaded on the CPU in its published dtype.</param>
    /// <exception cref="AttributionException">ATTR1120, ATTR1121: there is no such model, or it is incomplete.</exception>
    public LocalChatCompletion(string folder, FileHasher hasher, Func<CausalLanguageModel>? load = null)
    {
        _folder = ModelFolder.Resolve(folder).Path;
        _load = load ?? (() => CausalLanguageModel.Load(_folder, torch.CPU));
        Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(_folder)));
        var files = Directory.EnumerateFiles(_folder).Where(IsOfModel).Order(StringComparer.Ordinal).Select(file =>
            $"{Path.GetFileName(file)} {hasher.HashFile(file)}");
        Identity = $"local:{ContentHash.Of(string.Join('\n', files))}";
        _loop = new(() => Task.Run(AnswerAllAsync));
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Identity { get; }

    /// <inheritdoc/>
    public int Concurrency => BatchSize;

    /// <summary>Whether a file in a model's folder affects the model's output.</summary>
    public static bool IsOfModel(string path) => Path.GetExtension(path) is ".json" or ".safetensors" or ".jinja";

    /// <inheritdoc/>
    /// <exception cref="AttributionException">ATTR1621: the conversation leaves no room for an answer in the model's window.</exception>
    public async ValueTask<ChatReply> CompleteAsync(ChatRequest request, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _ = _loop.Value;
        var waiting = new Waiting(request, new(TaskCreationOptions.RunContinuationsAsynchronously), cancellation);
        await _waiting.Writer.WriteAsync(waiting, cancellation).ConfigureAwait(false);
        return await waiting.Reply.Task.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _waiting.Writer.Complete();
        if (_loop.IsValueCreated)
            _loop.Value.Wait();
    }

    private async Task AnswerAllAsync()
    {
        Loaded? loaded = null;
        try
        {
            while (await _waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
            {
                var batch = new List<Waiting>();
                while (batch.Count < BatchSize && _waiting.Reader.TryRead(out var next))
                    if (!next.Reply.Task.IsCompleted && !next.TryCancel())
                        batch.Add(next);
                try
                {
                    loaded ??= new Loaded(_load(), Tokenizer.Load(_folder), ChatTemplate.Load(_folder));
                    // Requests that are sampled together must have the same settings.
                    foreach (var alike in batch.GroupBy(w => (w.Request.Temperature, w.Request.MaxTokens)))
                        loaded.Answer([.. alike]);
                }
                catch (Exception e)
                {
                    batch.ForEach(w => w.Reply.TrySetException(e));
                }
            }
        }
        finally
        {
            loaded?.Dispose();
        }
    }

    private sealed record Waiting(ChatRequest Request, TaskCompletionSource<ChatReply> Reply, CancellationToken Cancellation)
    {
        public bool TryCancel() => Cancellation.IsCancellationRequested && Reply.TrySetCanceled(Cancellation);
    }

    private sealed class Loaded(CausalLanguageModel model, Tokenizer tokenizer, ChatTemplate template) : IDisposable
    {
        private readonly AnswerEnd _end = AnswerEnd.Of(tokenizer, template);

        public void Answer(IReadOnlyList<Waiting> alike)
        {
            var ready = new List<(Waiting Waiting, int[] Tokens)>();
            foreach (var waiting in alike)
                try
                {
                    ready.Add((waiting, Tokens(waiting.Request)));
                }
                catch (AttributionException e)
                {
                    waiting.Reply.TrySetException(e);
                }
            if (ready.Count == 0)
                return;
            var options = _end.In(new() { MaxNewTokens = alike[0].Request.MaxTokens, Temperature = alike[0].Request.Temperature }, model);
            var texts = new TextGenerator(model).Generate([.. ready.Select(r => r.Tokens)], options, [.. ready.Select(r => r.Waiting.Request.Seed)],
                cancellation: alike[0].Cancellation);
            foreach (var ((waiting, tokens), generated) in ready.Zip(texts))
            {
                var (text, isComplete) = _end.Read(generated);
                waiting.Reply.TrySetResult(new ChatReply(text, tokens.Length, generated.Tokens.Count) { End = isComplete ? ReplyEnd.Whole : ReplyEnd.Cut });
            }
        }

        public void Dispose() => model.Dispose();

        private int[] Tokens(ChatRequest request)
        {
            var ids = tokenizer.EncodeToIds(Render(request.Messages), addSpecialTokens: false);
            return ids.Length < model.Config.MaxPositions
                ? ids
                : throw new AttributionException(ErrorCodes.PromptTooLong,
                    $"The judge's conversation has {ids.Length} tokens, and the model's window is {model.Config.MaxPositions}. Use a judge with a larger "
                        + "window, or a shorter prompt.")
                { Property = "JudgeModel" };
        }

        private string Render(IReadOnlyList<ChatMessage> messages)
        {
            try
            {
                return template.Render(messages, addGenerationPrompt: true, now: ConversationEncoder.Date);
            }
            catch (AttributionException e) when (e.Code == ErrorCodes.ChatTemplateRaised && messages is [{ Role: "system" } system, { Role: "user" } first, ..])
            {
                // Some templates do not support system messages.
                return template.Render([new("user", $"{system.Content}\n\n{first.Content}"), .. messages.Skip(2)], addGenerationPrompt: true,
                    now: ConversationEncoder.Date);
            }
        }
    }
}
