using System.Text.Json;
using Attribution.Data;
using Attribution.Diagnostics;
using Attribution.Evaluation;
using Attribution.Tokenization;

namespace Attribution.Selection.Personas;

/// <summary>
/// What a persona vector is made from: each evaluation prompt answered under the trait's positive and under its negative system prompt. By default there is
/// one pair of system prompts and one answer under each, of the likeliest tokens, which depends on model, prompts and length alone; there may be several pairs,
/// and several answers that are drawn.
/// </summary>
public static class PersonaPairs
{
    /// <summary>
    /// The prompts of an evaluation set: its conversations up to the last assistant turn, with the rows' variables of the chat template, without duplicates, in
    /// order.
    /// </summary>
    /// <param name="rows">The evaluation set. Its answers are not read.</param>
    /// <param name="file">The set's file, for error messages.</param>
    /// <exception cref="AttributionException">ATTR1524: a row is pre-tokenized, or nothing comes before its answer.</exception>
    public static IReadOnlyList<MessageConversation> PromptsOf(IEnumerable<DatasetRow> rows, string? file = null)
    {
        var prompts = new List<MessageConversation>();
        var known = new HashSet<string>();
        foreach (var row in rows)
        {
            if (row.Treatment is not MessageConversation { Messages: var messages } treatment)
                throw Unusable("holds tokens instead of messages, so its prompt cannot be asked again under another system prompt. Give "
                    + "the row as treatment_messages", row, file);
            var prompt = treatment with { Messages = [.. messages.Take(messages.ToList().FindLastIndex(m => m.Role == "assistant"))] };
            if (!prompt.Messages.Any(m => m.Role == "user"))
                throw Unusable("has no user's message before its answer, so there is no prompt to ask again. Give it one", row, file);
            if (known.Add(new DatasetRow(0, prompt, null).ContentHash))
                prompts.Add(prompt);
        }
        return prompts;
    }

    /// <summary>Has every prompt answered once under both personas, each time by the likeliest tokens.</summary>
    /// <param name="answerer">The model.</param>
    /// <param name="prompts">The prompts. A prompt's own system message follows the persona's in the same message.</param>
    /// <param name="persona">The two system prompts.</param>
    /// <param name="maxNewTokens">The longest answer.</param>
    /// <param name="progress">Told how many answers are done.</param>
    /// <param name="cancellation">Stops between tokens.</param>
    /// <returns>A row per prompt, as of several pairs and answers.</returns>
    /// <exception cref="AttributionException">A prompt leaves no room for an answer, or the chat template takes no system message.</exception>
    public static IReadOnlyList<DatasetRow> Generate(
        PromptAnswerer answerer, IReadOnlyList<MessageConversation> prompts, PersonaPrompts persona, int maxNewTokens,
        IProgress<int>? progress = null, CancellationToken cancellation = default) =>
        Generate(answerer, prompts, [persona], new AnsweringOptions { Repeats = 1, Temperature = 0, TopP = 1, MaxNewTokens = maxNewTokens }, progress,
            cancellation);

    /// <summary>Has every prompt answered under both personas of every pair.</summary>
    /// <param name="answerer">The model.</param>
    /// <param name="prompts">The prompts; a system message of theirs follows the persona's in the same message.</param>
    /// <param name="personas">The pairs of system prompts, of one trait.</param>
    /// <param name="options">How each prompt is answered: how often, and how tokens are drawn.</param>
    /// <param name="progress">Told how many answers are done.</param>
    /// <param name="cancellation">Stops between tokens.</param>
    /// <returns>
    /// A row per pair of system prompts, prompt and repeat, in that order and numbered so: the treatment is the conversation under the positive, the control
    /// that under the negative persona. Where one answer is empty there is no row.
    /// </returns>
    /// <exception cref="AttributionException">A prompt leaves no room for an answer, or the chat template takes no system message.</exception>
    public static IReadOnlyList<DatasetRow> Generate(
        PromptAnswerer answerer, IReadOnlyList<MessageConversation> prompts, IReadOnlyList<PersonaPrompts> personas, AnsweringOptions options,
        IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        MessageConversation[] asked = [.. personas.SelectMany(persona => prompts.SelectMany(p => new[]
        {
            p with { Messages = Under(persona.Positive, p.Messages) }, p with { Messages = Under(persona.Negative, p.Messages) }
        }))];
        var answers = answerer.Answer([.. asked.Select(p => p.Messages)], options, progress, cancellation, [.. asked.Select(p => p.TemplateVariables)]);
        return
        [
            .. from pair in Enumerable.Range(0, personas.Count)
               from prompt in Enumerable.Range(0, prompts.Count)
               from repeat in Enumerable.Range(0, options.Repeats)
               let positive = 2 * (pair * prompts.Count + prompt)
               let treatment = Answered(positive, repeat)
               let control = Answered(positive + 1, repeat)
               where treatment is not null && control is not null
               select new DatasetRow((pair * prompts.Count + prompt) * options.Repeats + repeat, treatment, control, Said(pair, repeat)),
        ];

        string Said(int pair, int repeat) => personas.Count > 1 || options.Repeats > 1
            ? JsonSerializer.Serialize(new { trait = personas[pair].Trait, pair, repeat }) : JsonSerializer.Serialize(new { trait = personas[pair].Trait });

        MessageConversation? Answered(int i, int repeat) => answers[i * options.Repeats + repeat].Text is { Length: > 0 } text
            ? asked[i] with { Messages = [.. asked[i].Messages, new("assistant", text)] } : null;
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
