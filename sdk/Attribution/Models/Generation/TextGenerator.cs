using System.Runtime.InteropServices;
using Attribution.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Models.Generation;

/// <summary>
/// Generates texts for a batch of prompts with a key/value cache. Shorter prompts are padded on the right, and the padding is masked; a row that ends leaves
/// the batch. A row's text depends only on its prompt and its seed, up to the rounding of its logits.
/// </summary>
public sealed class TextGenerator(CausalLanguageModel model)
{
    private readonly Transformer _transformer = model.Transformer;

    /// <summary>Generates one text per prompt.</summary>
    /// <param name="prompts">The prompts' tokens; no prompt is empty.</param>
    /// <param name="options">How to choose tokens and when to stop.</param>
    /// <param name="seeds">One seed per prompt; unless given, a prompt's index. Greedy generation needs none.</param>
    /// <param name="onToken">Called with the prompt's index and the token for each new token, except stop tokens.</param>
    /// <param name="cancellation">Checked between tokens.</param>
    /// <exception cref="ArgumentException">A prompt is empty or as long as the model's longest sequence, or an option is out of range.</exception>
    public IReadOnlyList<GeneratedText> Generate(
        IReadOnlyList<IReadOnlyList<int>> prompts, GenerationOptions options, IReadOnlyList<long>? seeds = null,
        Action<int, int>? onToken = null, CancellationToken cancellation = default)
    {
        options.Check();
        if (seeds is not null && seeds.Count != prompts.Count)
            throw new ArgumentException($"{prompts.Count} prompts need as many seeds, not {seeds.Count}", nameof(seeds));
        foreach (var (index, prompt) in prompts.Index())
            if (prompt.Count == 0 || prompt.Count >= model.Config.MaxPositions)
                throw new ArgumentException($"prompt {index} has {prompt.Count} tokens; it needs at least 1 and fewer than the "
                    + $"{model.Config.MaxPositions} that the model's sequences have", nameof(prompts));

        var stops = options.StopTokens ?? model.StopTokens;
        var texts = prompts.Select((prompt, index) => new Text(index, [.. prompt], prompt.Count, seeds?[index] ?? index)).ToList();
        var active = options.MaxNewTokens == 0 ? [] : texts.ToList();
        var sampler = new Sampler(options.TopP);
        using var none = no_grad();
        Cached? cached = null;
        try
        {
            while (active.Count > 0)
            {
                cancellation.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                if (cached is not null && active.Any(text => text.Tokens.Count - 1 == _transformer.IncrementalLimit))
                {
                    cached.Dispose();
                    cached = null;
                }
                var logits = OutOfMemory.Guard(() => cached is null ? Begin(active, out cached) : Continue(active, cached));
                var chosen = Choose(logits, active, options, sampler);
                for (var i = 0; i < active.Count; i++)
                    active[i].Add(chosen[i], stops, onToken);

                var going = Enumerable.Range(0, active.Count).Where(i => active[i].StopToken is null && options.IsOver?.Invoke(active[i].New) != true
                    && active[i].NewCount < options.MaxNewTokens && active[i].Tokens.Count < model.Config.MaxPositions).ToList();
                if (going.Count < active.Count)
                {
                    active = [.. going.Select(i => active[i])];
                    cached!.Keep(going);
                }
            }
        }
        finally
        {
            cached?.Dispose();
        }
        return [.. texts.Select(text => new GeneratedText(text.New, text.StopToken))];
    }

    /// <summary>Runs the pass over all tokens so far and fills a new cache: logits [B, V] after each row's last token.</summary>
    private Tensor Begin(List<Text> texts, out Cached cached)
    {
        var (batch, length) = (texts.Count, texts.Max(text => text.Tokens.Count));
        var lengths = texts.Select(text => text.Tokens.Count).ToArray();
        var unequal = lengths.Any(l => l != length);
        cached = new Cached(_transformer.Cache(batch, length + 64), unequal);
        var ids = new long[batch * length];
        var real = new bool[batch, length];
        for (var b = 0; b < batch; b++)
            for (var t = 0; t < lengths[b]; t++)
                (ids[(b * length) + t], real[b, t]) = (texts[b].Tokens[t], true);

        // No real token sees the padding to its right, so the prompt needs no mask; the cache remembers the padding for later tokens.
        var context = _transformer.Context(batch, length, lengths, cache: cached.Cache);
        if (unequal)
            cached.Cache.Hide(real);
        var last = tensor(lengths.Select((l, b) => ((long)b * length) + l - 1).ToArray(), device: _transformer.Device);
        return Run(ids, batch, length, context, last);
    }

    /// <summary>Runs the pass over each row's newest token: logits [B, V].</summary>
    private Tensor Continue(List<Text> texts, Cached cached)
    {
        long[,]? positions = null;
        if (cached.Unequal)
        {
            positions = new long[texts.Count, 1];
            for (var b = 0; b < texts.Count; b++)
                positions[b, 0] = texts[b].Tokens.Count - 1;
        }
        var context = _transformer.Context(texts.Count, 1, positions: positions, cache: cached.Cache);
        return Run([.. texts.Select(text => (long)text.Tokens[^1])], texts.Count, 1, context, null);
    }

    private Tensor Run(long[] ids, int batch, int length, ForwardContext context, Tensor? last)
    {
        var stream = _transformer.Embed(tensor(ids, [batch, length], device: _transformer.Device));
        stream = _transformer.Run(stream, context, 0, _transformer.Config.BlockCount);
        return _transformer.Logits(stream, last).view(batch, -1);
    }

    private static int[] Choose(Tensor logits, List<Text> texts, GenerationOptions options, Sampler sampler)
    {
        if (options.Temperature == 0)
            return [.. logits.argmax(-1).cpu().data<long>().ToArray().Select(token => (int)token)];
        var probabilities = logits.to(float32).Over(options.Temperature).softmax(-1).cpu().contiguous();
        var values = MemoryMarshal.Cast<byte, float>(probabilities.bytes);
        var size = (int)logits.shape[1];
        var chosen = new int[texts.Count];
        for (var b = 0; b < chosen.Length; b++)
            chosen[b] = sampler.Draw(values.Slice(b * size, size), Sampler.Uniform(texts[b].Seed, texts[b].NewCount));
        GC.KeepAlive(probabilities);
        return chosen;
    }

    /// <summary>A prompt and the tokens generated for it so far.</summary>
    private sealed class Text(int index, List<int> tokens, int promptCount, long seed)
    {
        public List<int> Tokens { get; } = tokens;
        public int PromptCount { get; } = promptCount;
        public long Seed { get; } = seed;
        public int? StopToken { get; private set; }
        public int NewCount => Tokens.Count - PromptCount;
        public IReadOnlyList<int> New => Tokens[PromptCount..];

        public void Add(int token, IReadOnlySet<int> stops, Action<int, int>? onToken)
        {
            if (stops.Contains(token))
            {
                StopToken = token;
                return;
            }
            Tokens.Add(token);
            onToken?.Invoke(index, token);
        }
    }

    /// <summary>The cache of the rows still in the batch.</summary>
    private sealed class Cached(KeyValueCache cache, bool unequal) : IDisposable
    {
        public KeyValueCache Cache { get; private set; } = cache;
        public bool Unequal { get; } = unequal;

        public void Keep(IReadOnlyList<int> rows)
        {
            var kept = rows.Count == 0 ? null : Cache.Rows(rows);
            Cache.Dispose();
            Cache = kept ?? Cache;
        }

        public void Dispose() => Cache.Dispose();
    }
}
