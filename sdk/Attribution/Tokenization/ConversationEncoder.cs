using Attribution.Diagnostics;

namespace Attribution.Tokenization;

/// <summary>
/// Converts conversations to tokens and keep masks, with a model's own chat template and tokenizer. Immutable; any number of threads may use it.
/// </summary>
/// <remarks>
/// <para>The template writes its own special tokens, so the tokenizer adds none: there is never a second bos.</para>
/// <para>A token is kept if it contains any character of the last assistant turn after its header. A token that also contains the header's last character, for
/// example the space of <c>assistant: </c> merged into the answer's first word, is therefore kept: without it the answer would lose its first word.</para>
/// </remarks>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="template">The model's chat template.</param>
/// <param name="maxTokens">The number of tokens to keep of a conversation, from its end.</param>
/// <param name="variables">The template's other variables; see <see cref="ChatTemplate.Render"/>.</param>
/// <param name="turns">The turns that count in the loss.</param>
public sealed class ConversationEncoder(
    Tokenizer tokenizer, ChatTemplate template, int maxTokens = ConversationEncoder.DefaultMaxTokens, IReadOnlyDictionary<string, object?>? variables = null,
    LossTurns turns = LossTurns.LastTurn)
{
    /// <summary>The default number of tokens to keep of a conversation.</summary>
    public const int DefaultMaxTokens = 1024;

    private readonly int _maxTokens = maxTokens > 0 ? maxTokens
        : throw new ArgumentOutOfRangeException(nameof(maxTokens), maxTokens, "at least one token must be kept");

    /// <summary>
    /// The date that templates get from <c>strftime_now</c>. It is fixed, because results must not depend on the day; Llama 3's templates use it if there is no
    /// clock.
    /// </summary>
    internal static DateTime Date { get; } = new(2024, 7, 26);

    /// <summary>The model's tokenizer.</summary>
    public Tokenizer Tokenizer => tokenizer;

    /// <summary>Reads a model folder's tokenizer and chat template.</summary>
    /// <param name="modelFolder">The folder of a Hugging Face model.</param>
    /// <param name="maxTokens">The number of tokens to keep of a conversation, from its end.</param>
    /// <param name="variables">The template's other variables; see <see cref="ChatTemplate.Render"/>.</param>
    /// <param name="turns">The turns that count in the loss.</param>
    /// <param name="chatTemplate">A template to use instead of the model's own; see <see cref="ChatTemplate.Choose"/>.</param>
    /// <exception cref="AttributionException">The folder's files are missing, malformed or use something that is not supported.</exception>
    public static ConversationEncoder Load(
        string modelFolder, int maxTokens = DefaultMaxTokens, IReadOnlyDictionary<string, object?>? variables = null, LossTurns turns = LossTurns.LastTurn,
        string? chatTemplate = null) =>
        new(Tokenizer.Load(modelFolder), ChatTemplate.Choose(modelFolder, chatTemplate), maxTokens, variables, turns);

    /// <summary>Renders and encodes a conversation, and masks the part that counts in the loss.</summary>
    /// <param name="messages">The conversation, oldest message first; the assistant turn need not be the last message.</param>
    /// <param name="file">The file that the conversation comes from, for error messages.</param>
    /// <param name="row">The 0-based row of the file, for error messages.</param>
    /// <param name="own">Template variables for this conversation only, for example <c>tools</c>.</param>
    /// <exception cref="AttributionException">The conversation has no assistant turn, or the template rejects it; the exception names file and row.</exception>
    public EncodedConversation Encode(IReadOnlyList<ChatMessage> messages, string? file = null, long? row = null, IReadOnlyDictionary<string,
        object?>? own = null)
    {
        var rendered = Render(messages, file, row, own);
        var text = rendered.Text;
        var (ids, offsets) = tokenizer.Encode(text, addSpecialTokens: false);
        var cut = Math.Max(0, ids.Length - _maxTokens);
        offsets = offsets[cut..];
        return new EncodedConversation(ids[cut..], Array.ConvertAll(offsets, token => rendered.Kept.Any(span => IsKept(token, span))), offsets, text,
            rendered.LastAssistantTurn, cut)
        {
            AnswerIsEmpty = rendered.AnswerIsEmpty,
        };
    }

    private RenderedConversation Render(IReadOnlyList<ChatMessage> messages, string? file, long? row, IReadOnlyDictionary<string, object?>? own)
    {
        try
        {
            return template.RenderConversation(messages, Joined(own), Date, turns);
        }
        catch (AttributionException exception) when (file is not null || row is not null)
        {
            var message = exception.File is { } source && source != file ? $"{exception.Message} The template is that of {source}." : exception.Message;
            throw new AttributionException(exception.Code, message, exception) { File = file, Row = row, Property = exception.Property };
        }
    }

    private IReadOnlyDictionary<string, object?>? Joined(IReadOnlyDictionary<string, object?>? own) => own is null || variables is null
        ? own ?? variables
        : own.Concat(variables.Where(variable => !own.ContainsKey(variable.Key))).ToDictionary();

    /// <summary>Whether a token overlaps the turn; a token without characters counts at its position.</summary>
    private static bool IsKept(TextSpan token, TextSpan turn) =>
        token.Start < turn.End && (token.End > turn.Start || (token.Length == 0 && token.Start >= turn.Start));
}
