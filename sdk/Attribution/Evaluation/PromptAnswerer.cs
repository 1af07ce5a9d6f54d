using System.Buffers.Binary;
using System.Security.Cryptography;
using Attribution.Diagnostics;
using Attribution.Models;
using Attribution.Models.Generation;
using Attribution.Tokenization;
using TorchSharp;

namespace Attribution.Evaluation;

/// <summary>Generates a model's answers to held-out prompts.</summary>
/// <param name="model">The model, with its adapter if one is attached.</param>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="template">The model's chat template.</param>
public sealed class PromptAnswerer(CausalLanguageModel model, Tokenizer tokenizer, ChatTemplate template)
{
    private readonly AnswerEnd _end = AnswerEnd.Of(tokenizer, template);

    /// <summary>Answers every prompt <see cref="AnsweringOptions.Repeats"/> times; the results are in the order of prompts, then repeats.</summary>
    /// <param name="prompts">The prompts: conversations without the answer.</param>
    /// <param name="options">How to answer.</param>
    /// <param name="progress">Receives the number of finished answers.</param>
    /// <param name="cancellation">Checked between tokens.</param>
    /// <param name="variables">The template's other variables for each prompt, for example <c>tools</c>; null for none.</param>
    /// <exception cref="AttributionException">A prompt leaves no room for an answer in the model's window.</exception>
    public IReadOnlyList<Answer> Answer(
        IReadOnlyList<IReadOnlyList<ChatMessage>> prompts, AnsweringOptions options, IProgress<int>? progress = null, CancellationToken cancellation = default,
        IReadOnlyList<IReadOnlyDictionary<string, object?>?>? variables = null)
    {
        var tokens = prompts.Select((prompt, index) => Tokens(prompt, index, variables?[index])).ToArray();
        // Groups prompts of similar length; the order does not change the samples.
        var jobs = Enumerable.Range(0, prompts.Count).SelectMany(p => Enumerable.Range(0, options.Repeats).Select(r => (Prompt: p, Repeat: r)))
            .OrderBy(j => tokens[j.Prompt].Length).ThenBy(j => j.Prompt).ThenBy(j => j.Repeat).ToArray();
        var generator = new TextGenerator(model);
        var settings = _end.In(new() { MaxNewTokens = options.MaxNewTokens, Temperature = options.Temperature, TopP = options.TopP }, model);
        var answers = new List<Answer>(jobs.Length);
        foreach (var batch in jobs.Chunk(options.BatchSize ?? (model.Transformer.Device.type == DeviceType.CPU ? 16 : 32)))
        {
            var texts = generator.Generate(
                [.. batch.Select(j => tokens[j.Prompt])], settings, [.. batch.Select(j => Seed(options.Seed, j.Prompt, j.Repeat))], cancellation: cancellation);
            foreach (var (job, generated) in batch.Zip(texts))
            {
                var (text, isComplete) = _end.Read(generated);
                answers.Add(new Answer(job.Prompt, job.Repeat, prompts[job.Prompt][^1].Content, text, generated.Tokens.Count, isComplete));
            }
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
/// <param name="PromptIndex">The 0-based index of the prompt.</param>
/// <param name="Repeat">The 0-based index of the answer among those to the same prompt.</param>
/// <param name="Prompt">The user's last message.</param>
/// <param name="Text">The model's answer.</param>
/// <param name="TokenCount">The number of generated tokens.</param>
/// <param name="Complete">Whether the model ended the answer, and not the length limit.</param>
public sealed record Answer(int PromptIndex, int Repeat, string Prompt, string Text, int TokenCount, bool Complete);

/// <summary>How held-out prompts are answered. The defaults are the original pipeline's.</summary>
public sealed record AnsweringOptions
{
    /// <summary>The number of answers per prompt. The time is proportional to it.</summary>
    public int Repeats { get; init; } = 3;

    /// <summary>The sampling temperature; 0 takes the likeliest tokens, which makes all repeats equal.</summary>
    public double Temperature { get; init; } = 0.7;

    /// <summary>The nucleus: tokens are sampled from the likeliest ones that together have at least this probability.</summary>
    public double TopP { get; init; } = 0.9;

    /// <summary>The length limit of an answer, in tokens.</summary>
    public int MaxNewTokens { get; init; } = 1024;

    /// <summary>The number of answers generated together; 16 on the CPU and 32 on a GPU unless given. Memory is proportional to it.</summary>
    public int? BatchSize { get; init; }

    /// <summary>The seed. A sample depends only on it, the prompt's index and the repeat.</summary>
    public long Seed { get; init; }
}
