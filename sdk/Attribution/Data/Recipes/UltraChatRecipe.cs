using Attribution.Contracts;
using Attribution.Tokenization;

namespace Attribution.Data.Recipes;

/// <summary>
/// ultrachat_200k: <c>messages</c> (a list of <c>role</c> and <c>content</c>), <c>prompt</c> and <c>prompt_id</c>. The conversation is used up to its last
/// assistant turn, without white space around its texts; a row with an empty message is broken.
/// </summary>
internal sealed class UltraChatRecipe : PublishedRecipe
{
    /// <inheritdoc/>
    public override string Name => RecipeNames.UltraChat;

    /// <inheritdoc/>
    public override string Repository => "HuggingFaceH4/ultrachat_200k";

    /// <inheritdoc/>
    public override IReadOnlyList<RecipeParameter> Parameters { get; } = [new("Split", "train_sft", "test_sft")];

    /// <inheritdoc/>
    public override IReadOnlyList<string> FilesOf(RecipeParameters parameters) => [$"data/{parameters["Split"]}-*.parquet"];

    private protected override IEnumerable<Example> Examples(RecipeSource source, RecipeParameters parameters, BrokenRows broken) => Map(source, broken, row =>
    {
        var messages = row.List("messages").Select(m => new ChatMessage(
            PublishedRow.Text(PublishedRow.Property(m, "role", "messages.role"), "messages.role"),
            PublishedRow.Text(PublishedRow.Property(m, "content", "messages.content"), "messages.content"))).ToList();
        if (messages.Find(m => m.Role is not ("system" or "user" or "assistant")) is { } stranger)
            throw new BrokenRowException("messages", $"a message is of the role '{stranger.Role}'");
        var last = messages.FindLastIndex(m => m.Role == "assistant");
        if (last < 1)
            throw new BrokenRowException("messages", "the messages contain no answer");
        return new Example(messages[..last], messages[last].Content, null, new Dictionary<string, string> { ["prompt_id"] = row.TextOrEmpty("prompt_id") });
    });
}
