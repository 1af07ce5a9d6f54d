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
                $"Prompt {index} has {ids.Length} tokens, and the model's window is {model.Config.MaxPositions}: there is no room for an answer. Shorten the prompt.")
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
