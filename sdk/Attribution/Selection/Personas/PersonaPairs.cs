using System.Text.Json;
using Attribution.Data;
using Attribution.Diagnostics;
using Attribution.Evaluation;
using Attribution.Tokenization;

namespace Attribution.Selection.Personas;

/// <summary>
/// The pairs that a persona vector is made from: each evaluation prompt answered once under the trait's positive and once under its negative system prompt.
/// Decoding is greedy (temperature 0), so the answers depend only on the model, the prompts and the length.
/// </summary>
public static class PersonaPairs
{
    /// <summary>The prompts of an evaluation set: its conversations up to the last assistant turn, without duplicates, in order.</summary>
    /// <param name="rows">The evaluation set. Its answers are not read.</param>
    /// <param name="file">The set's file, for error messages.</param>
    /// <exception cref="AttributionException">ATTR1524: a row is pre-tokenized, or nothing comes before its answer.</exception>
    public static IReadOnlyList<IReadOnlyList<ChatMessage>> PromptsOf(IEnumerable<DatasetRow> rows, string? file = null)
    {
        var prompts = new List<IReadOnlyList<ChatMessage>>();
        var known = new HashSet<string>();
        foreach (var row in rows)
        {
            if (row.Treatment is not MessageConversation { Messages: var messages })
                throw Unusable("holds tokens instead of messages, so its prompt cannot be asked again under another system prompt. Give "
                    + "the row as treatment_messages", row, file);
            ChatMessage[] prompt = [.. messages.Take(messages.ToList().FindLastIndex(m => m.Role == "assistant"))];
            if (!prompt.Any(m => m.Role == "user"))
                throw Unusable("has no user's message before its answer, so there is no prompt to ask again. Give it one", row, file);
            if (known.Add(new DatasetRow(0, new MessageConversation(prompt), null).ContentHash))
                prompts.Add(prompt);
        }
        return prompts;
    }

    /// <summary>Answers every prompt under both system prompts.</summary>
    /// <param name="answerer">The model.</param>
    /// <param name="prompts">The prompts. A prompt's own system message follows the persona's in the same message.</param>
    /// <param name="persona">The two system prompts.</param>
    /// <param name="maxNewTokens">The length limit of an answer, in tokens.</param>
    /// <param name="progress">Receives the number of finished answers.</param>
    /// <param name="cancellation">Checked between tokens.</param>
    /// <returns>A row per prompt: the treatment is the conversation under the positive system prompt, the control that under the negative one. There is no row
    /// if one of the answers is empty.</returns>
    /// <exception cref="AttributionException">A prompt leaves no room for an answer, or the chat template accepts no system message.</exception>
    public static IReadOnlyList<DatasetRow> Generate(
        PromptAnswerer answerer, IReadOnlyList<IReadOnlyList<ChatMessage>> prompts, PersonaPrompts persona, int maxNewTokens,
        IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        var options = new AnsweringOptions { Repeats = 1, Temperature = 0, TopP = 1, MaxNewTokens = maxNewTokens };
        IReadOnlyList<ChatMessage>[] asked = [.. prompts.SelectMany(p => new[] { Under(persona.Positive, p), Under(persona.Negative, p) })];
        var answers = answerer.Answer(asked, options, progress, cancellation);
        return [.. Enumerable.Range(0, prompts.Count).Where(i => answers[2 * i].Text.Length > 0 && answers[2 * i + 1].Text.Length > 0)
            .Select(i => new DatasetRow(i, Answered(2 * i), Answered(2 * i + 1), JsonSerializer.Serialize(new { trait = persona.Trait })))];

        MessageConversation Answered(int i) => new([.. asked[i], new("assistant", answers[i].Text)]);
    }

    internal static ChatMessage[] Under(string persona, IReadOnlyList<ChatMessage> prompt) => prompt[0].Role == "system"
        ? [new("system", $"{persona}\n\n{prompt[0].Content}"), .. prompt.Skip(1)]
        : [new("system", persona), .. prompt];

    private static AttributionException Unusable(string why, DatasetRow row, string? file) =>
        new(ErrorCodes.PersonaPromptUnusable, $"Row {row.Index} {why}, or use another SelectionMethod.")
        {
            File = file,
            Row = row.Index,
            Property = "treatment_messages"
        };
}
