using System.Buffers.Binary;
using System.Security.Cryptography;
using Attribution.Diagnostics;
using Attribution.Models;
using Attribution.Models.Generation;
using Attribution.Tokenization;
using TorchSharp;

namespace Attribution.Evaluation;

/// <summary>Lets a model answer held-out prompts.</summary>
/// <param name="model">The model, with its adapter if one is attached.</param>
/// <param name="tokenizer">Its tokenizer.</param>
/// <param name="template">Its chat template.</param>
public sealed class PromptAnswerer(CausalLanguageModel model, Tokenizer tokenizer, ChatTemplate template)
{
    /// <summary>Answers every prompt <see cref="AnsweringOptions.Repeats"/> times, in the order of prompts and repeats.</summary>
    /// <param name="prompts">Conversations that end with what is to be answered.</param>
    /// <param name="options">How to answer.</param>
    /// <param name="progress">Told how many answers are done.</param>
    /// <param name="cancellation">Stops between tokens.</param>
    /// <param name="variables">For each prompt what else the template may read, such as <c>tools</c>; null for nothing.</param>
    /// <exception cref="AttributionException">A prompt leaves no room for an answer in the model's window.</exception>
    public IReadOnlyList<Answer> Answer(
        IReadOnlyList<IReadOnlyList<ChatMessage>> prompts, AnsweringOptions options, IProgress<int>? progress = null, CancellationToken cancellation = default,
        IReadOnlyList<IReadOnlyDictionary<string, object?>?>? variables = null)
    {
        var tokens = prompts.Select((prompt, index) => Tokens(prompt, index, variables?[index])).ToArray();
        // Prompts of like length together; the order does not change what is drawn.
        var jobs = Enumerable.Range(0, prompts.Count).SelectMany(p => Enumerable.Range(0, options.Repeats).Select(r => (Prompt: p, Repeat: r)))
            .OrderBy(j => tokens[j.Prompt].Length).ThenBy(j => j.Prompt).ThenBy(j => j.Repeat).ToArray();
        var generator = new TextGenerator(model);
        var settings = new GenerationOptions { MaxNewTokens = options.MaxNewTokens, Temperature = options.Temperature, TopP = options.TopP };
        var answers = new List<Answer>(jobs.Length);
        foreach (var batch in jobs.Chunk(options.BatchSize ?? (model.Transformer.Device.type == DeviceType.CPU ? 16 : 32)))
        {
            var texts = generator.Generate(
                [.. batch.Select(j => tokens[j.Prompt])], settings, [.. batch.Select(j => Seed(options.Seed, j.Prompt, j.Repeat))], cancellation: cancellation);
            answers.AddRange(batch.Zip(texts, (job, text) => new Answer(
                job.Prompt, job.Repeat, prompts[job.Prompt][^1].Content,
                tokenizer.Decode([.. text.Tokens], skipSpecialTokens: true).Trim(), text.Tokens.Count, text.StopToken is not null)));
            progress?.Report(answers.Count);
        }
        return [.. answers.OrderBy(a => a.PromptIndex).ThenBy(a => a.Repeat)];
    }

    private int[] Tokens(IReadOnlyList<ChatMessage> prompt, int index, IReadOnlyDictionary<string, object?>? variables)
    {
        var ids = tokenizer.EncodeToIds(template.Render(prompt, addGenerationPrompt: true, variables, ConversationEncoder.Date), addSpecialTokens: false);
        if (ids.Length >= model.Config.MaxPositions)
            throw new AttributionException(ErrorCodes.PromptTooLong,
                $"Prompt {index} has {ids.Length} tokens, and the model's window is {model.Config.MaxPositions}: there is no room for an "
                    + "answer. Shorten the prompt.")
            { Row = index };
        return ids;
    }

    private static long Seed(long seed, int prompt, int repeat)
    {
        Span<byte> key = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(key, seed);
        BinaryPrimitives.WriteInt32LittleEndian(key[8..], prompt);
        BinaryPrimitives.WriteInt32LittleEndian(key[12..], repeat);
        return BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(key));
    }
}

/// <summary>One answer of a model to a held-out prompt.</summary>
/// <param name="PromptIndex">The 0-based place of the prompt.</param>
/// <param name="Repeat">Which of the answers to that prompt, from 0.</param>
/// <param name="Prompt">The user's last message.</param>
/// <param name="Text">What the model answered.</param>
/// <param name="TokenCount">The tokens generated.</param>
/// <param name="Complete">Whether the model ended the answer itself, rather than the limit.</param>
public sealed record Answer(int PromptIndex, int Repeat, string Prompt, string Text, int TokenCount, bool Complete);

/// <summary>How held-out prompts are answered. The defaults are the original pipeline's.</summary>
public sealed record AnsweringOptions
{
    /// <summary>Answers per prompt. The time taken is proportional to it.</summary>
    public int Repeats { get; init; } = 3;

    /// <summary>The temperature of the draws; 0 takes the likeliest tokens, and all repeats are then equal.</summary>
    public double Temperature { get; init; } = 0.7;

    /// <summary>Draws are from the likeliest tokens that together have at least this probability.</summary>
    public double TopP { get; init; } = 0.9;

    /// <summary>The longest answer in tokens.</summary>
    public int MaxNewTokens { get; init; } = 1024;

    /// <summary>Answers generated together; 16 on the CPU and 32 on a GPU if left out. Memory is proportional to it.</summary>
    public int? BatchSize { get; init; }

    /// <summary>A draw depends on this, the prompt's place and the repeat, and on nothing else.</summary>
    public long Seed { get; init; }
}
