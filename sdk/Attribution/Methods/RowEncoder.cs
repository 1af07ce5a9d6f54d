using Attribution.Data;
using Attribution.Diagnostics;
using Attribution.Models;
using Attribution.Tokenization;

namespace Attribution.Methods;

/// <summary>Encodes rows of a dataset for a model: renders and tokenizes them, and truncates them to their last tokens.</summary>
/// <param name="encoder">Renders and tokenizes messages; null if all rows are pre-tokenized.</param>
/// <param name="maxTokens">The number of tokens to keep of a conversation, from its end.</param>
/// <param name="vocabularySize">The size of the model's vocabulary, which the tokens of pre-tokenized rows must belong to.</param>
public sealed class RowEncoder(ConversationEncoder? encoder, int maxTokens, int vocabularySize)
{
    /// <summary>The encoder for the model in a folder. A folder without tokenizer or chat template is enough for pre-tokenized rows.</summary>
    /// <exception cref="AttributionException">The folder's files are malformed.</exception>
    /// <param name="modelFolder">The folder of a Hugging Face model.</param>
    /// <param name="maxTokens">The number of tokens to keep of a conversation, from its end.</param>
    /// <param name="turns">The answers that count in the loss.</param>
    /// <param name="chatTemplate">A template to use instead of the model's own; see <see cref="ChatTemplate.Choose"/>.</param>
    public static RowEncoder Load(string modelFolder, int maxTokens, LossTurns turns = LossTurns.LastTurn, string? chatTemplate = null)
    {
        var config = ModelConfig.Load(modelFolder);
        var encoder = File.Exists(Path.Combine(modelFolder, "tokenizer.json"))
            ? ConversationEncoder.Load(modelFolder, maxTokens, turns: turns, chatTemplate: chatTemplate) : null;
        return new RowEncoder(encoder, maxTokens, config.VocabularySize);
    }

    /// <summary>Notes on contradictions between the tokenizer's files, and which file is used.</summary>
    public IReadOnlyList<string> Notes => encoder?.Tokenizer.Notes ?? [];

    /// <summary>Encodes a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="file">The row's file, for error messages.</param>
    /// <exception cref="AttributionException">A conversation has no assistant turn, the template rejects it, or a token is not in the vocabulary.</exception>
    public TokenizedRow Encode(DatasetRow row, string? file = null) =>
        new(row.Index, Encode(row.Treatment, file, row.Index), row.Control is { } control ? Encode(control, file, row.Index) : null);

    /// <summary>Encodes one conversation.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="file">The conversation's file, for error messages.</param>
    /// <param name="row">The 0-based row in that file, for error messages.</param>
    public TokenSequence Encode(Conversation conversation, string? file = null, long? row = null)
    {
        switch (conversation)
        {
            case MessageConversation messages when encoder is not null:
                var encoded = encoder.Encode(messages.Messages, file, row, messages.TemplateVariables);
                if (encoded.Ids.FirstOrDefault(t => t >= vocabularySize, -1) is >= 0 and var beyond)
                    throw new AttributionException(ErrorCodes.TokenOutOfRange,
                        $"The token '{encoder.Tokenizer.IdToToken(beyond)}' has the id {beyond}, and the model has embeddings of {vocabularySize} tokens: "
                            + "the tokenizer was given tokens that the model was not.")
                    { File = file, Row = row };
                // An end marker after an empty answer is no answer: such a row has no vector and trains nothing.
                return new TokenSequence(encoded.Ids, encoded.AnswerIsEmpty ? new bool[encoded.Keep.Length] : encoded.Keep);
            case MessageConversation:
                throw new AttributionException(ErrorCodes.TokenizerMissing,
                    "The row holds messages, and the model's folder has no tokenizer.json to turn them into tokens. Add the model's tokenizer files, or "
                        + "give the rows as treatment_tokens and treatment_keep.")
                { File = file, Row = row };
            case TokenConversation { Tokens: var tokens, Keep: var keep }:
                if (tokens.FirstOrDefault(t => t >= vocabularySize, -1) is >= 0 and var unknown)
                    throw new AttributionException(ErrorCodes.TokenOutOfRange,
                        $"Token {unknown} is not of the model's vocabulary of {vocabularySize}. The row was tokenised for another model.")
                    { File = file, Row = row };
                var cut = Math.Max(0, tokens.Count - maxTokens);
                return new TokenSequence([.. tokens.Skip(cut)], [.. keep.Skip(cut)]);
            default:
                throw new InvalidOperationException($"a conversation of type {conversation.GetType().Name}");
        }
    }
}

/// <summary>One tokenized row of a dataset.</summary>
/// <param name="Index">The 0-based index of the row in the dataset.</param>
/// <param name="Treatment">The conversation that shows the behaviour.</param>
/// <param name="Control">The same prompt answered without it; null if the dataset has none.</param>
public sealed record TokenizedRow(long Index, TokenSequence Treatment, TokenSequence? Control = null);
