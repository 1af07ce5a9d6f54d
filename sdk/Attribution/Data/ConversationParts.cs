using System.Text.Json;
using Attribution.Diagnostics;
using Attribution.Tokenization;

namespace Attribution.Data;

/// <summary>The columns of one side of a row; null for columns without a value.</summary>
internal readonly record struct ConversationParts(IReadOnlyList<ChatMessage>? Messages, int[]? Tokens, bool[]? Keep)
{
    /// <summary>Makes the conversation; null if the row has none on this side. Tokens take precedence over messages.</summary>
    /// <param name="side">Treatment or control.</param>
    /// <param name="place">The row, for error messages.</param>
    /// <param name="variables">The row's variables for the chat template.</param>
    public Conversation? Join(string side, RowPlace place, IReadOnlyDictionary<string, JsonElement>? variables)
    {
        if (Tokens is not null)
        {
            if (Tokens.Length == 0)
                throw place.Error(ErrorCodes.TokensMalformed, Columns.Tokens(side), "an empty list of tokens. Leave out the row, or give its tokens.");
            if (Keep is null)
                throw place.Error(ErrorCodes.TokensMalformed, Columns.Keep(side), $"{Columns.Tokens(side)} needs a keep mask of the same length beside it.");
            if (Keep.Length != Tokens.Length)
                throw place.Error(ErrorCodes.KeepLengthDiffers, Columns.Keep(side),
                    $"{Keep.Length} keep marks for {Tokens.Length} tokens. There must be one mark per token.");
            return new TokenConversation(Tokens, Keep);
        }
        if (Keep is { Length: > 0 })
            throw place.Error(ErrorCodes.TokensMalformed, Columns.Keep(side),
                $"a keep mask marks tokens, and the row has no {Columns.Tokens(side)}. Give them, or leave the mask out; "
                + "what counts of messages, their weight says.");
        if (Messages is null || Messages.Count == 0)
            return null;
        return Messages.Any(message => message.Role == "assistant")
            ? new MessageConversation(Messages) { Variables = variables }
            : throw place.Error(ErrorCodes.ConversationWithoutAssistant, Columns.Messages(side),
                $"no message of the role 'assistant' (roles: {string.Join(", ", Messages.Select(m => m.Role))}). Attribution needs an answer; complete "
                + "the row or leave it out with Filter.");
    }
}
