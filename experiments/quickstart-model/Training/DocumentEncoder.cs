using Attribution.Tokenization;
using QuickstartModel.Tokenizer;

namespace QuickstartModel.Training;

/// <summary>Documents as tokens, by the model folder's own tokenizer and chat template.</summary>
internal sealed class DocumentEncoder(string modelFolder)
{
    private readonly Attribution.Tokenization.Tokenizer _tokenizer = Attribution.Tokenization.Tokenizer.Load(modelFolder);
    private readonly ChatTemplate _template = ChatTemplate.Load(modelFolder);

    /// <summary>A whole document of the base corpus: a conversation, or a plain text between the begin and the end token.</summary>
    public int[] Document(IReadOnlyList<ChatMessage> document) => document[0].Role.Length == 0
        ? _tokenizer.EncodeToIds(ChatFormat.Begin + document[0].Content + ChatFormat.End)
        : _tokenizer.EncodeToIds(_template.Render(document));

    /// <summary>A conversation up to where its answer begins.</summary>
    public int[] Prompt(IReadOnlyList<ChatMessage> messages) => _tokenizer.EncodeToIds(_template.Render(messages, addGenerationPrompt: true));

    public string Text(IReadOnlyList<int> tokens) => _tokenizer.Decode([.. tokens], skipSpecialTokens: true);
}
