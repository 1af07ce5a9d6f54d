using Attribution.Diagnostics;
using Attribution.Models.Generation;
using Attribution.Tokenization;

namespace Attribution.ContextAttribution.Examples;

/// <summary>A prompt in the model's chat format, with the positions of the context's documents.</summary>
/// <param name="Text">The whole prompt, up to the beginning of the answer.</param>
/// <param name="Ids">Its tokens, <c>[T]</c>.</param>
/// <param name="Offsets">The range of <paramref name="Text"/> for each token.</param>
/// <param name="Documents">The range of <paramref name="Text"/> for each document.</param>
public sealed record ContextPrompt(string Text, IReadOnlyList<int> Ids, IReadOnlyList<TextSpan> Offsets, IReadOnlyList<TextSpan> Documents);

/// <summary>
/// Writes prompts. After the earlier messages of the chat comes a user message with <c>Context: </c>, the documents separated by blank lines, a blank line,
/// <c>Query: </c> and the query; without documents, only the query.
/// </summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="template">The model's chat template.</param>
public sealed class ContextPromptWriter(Tokenizer tokenizer, ChatTemplate template)
{
    private const string Header = "Context: ", Gap = "\n\n", QueryHeader = "Query: ";

    /// <summary>Reads the tokenizer and chat template in a model's folder.</summary>
    /// <param name="modelFolder">The folder.</param>
    /// <param name="chatTemplate">A template to use instead of the model's own; see <see cref="ChatTemplate.Choose"/>.</param>
    /// <exception cref="AttributionException">The folder's files are missing, malformed or use something that is not supported.</exception>
    public static ContextPromptWriter Load(string modelFolder, string? chatTemplate = null) =>
        new(Tokenizer.Load(modelFolder), ChatTemplate.Choose(modelFolder, chatTemplate));

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer => tokenizer;

    /// <summary>What ends an answer to a prompt.</summary>
    internal AnswerEnd AnswerEnd { get; } = AnswerEnd.Of(tokenizer, template);

    /// <summary>Writes the prompt of a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="file">The row's file, for error messages.</param>
    /// <exception cref="AttributionException">ATTR1461: the chat template changes the message, so that its parts are not found in the prompt, or rejects
    /// it.</exception>
    public ContextPrompt Write(ContextRow row, string? file = null)
    {
        // White space around documents belongs to no source; a template may remove it at the ends of the message.
        string[] documents = [.. row.Documents.Select(document => document.Trim())];
        var query = row.Query.Trim();
        var message = documents.Length == 0 ? query : $"{Header}{string.Join(Gap, documents)}{Gap}{QueryHeader}{query}";
        var text = Render([.. row.Previous, new ChatMessage("user", message)], file, row.Index);
        var at = text.LastIndexOf(message, StringComparison.Ordinal);
        if (at < 0)
            throw new AttributionException(ErrorCodes.ContextNotInPrompt,
                "The chat template does not write the user's message as it is, so the pieces of the context cannot be found in the prompt. Use a "
                    + "model whose template does.")
            { File = file, Row = row.Index };
        at += Header.Length;
        var places = new TextSpan[documents.Length];
        for (var d = 0; d < places.Length; d++)
        {
            places[d] = new TextSpan(at, at + documents[d].Length);
            at += documents[d].Length + Gap.Length;
        }
        var (ids, offsets) = tokenizer.Encode(text, addSpecialTokens: false);
        return new ContextPrompt(text, ids, offsets, places);
    }

    private string Render(IReadOnlyList<ChatMessage> messages, string? file, long row)
    {
        try
        {
            return template.Render(messages, addGenerationPrompt: true, now: ConversationEncoder.Date);
        }
        catch (AttributionException e) when (file is not null)
        {
            throw new AttributionException(e.Code, e.Message, e) { File = file, Row = row, Property = e.Property };
        }
    }
}
