namespace Attribution.Judging.Chat;

/// <summary>Which of the parts that not every endpoint knows a call has.</summary>
/// <param name="Schema">Whether answers are held to a schema by <c>response_format</c>.</param>
/// <param name="Seed">Whether the seed is sent.</param>
/// <param name="Temperature">Whether the temperature is sent; reasoning models take none but their own.</param>
/// <param name="TokenLimit">What the limit of tokens is called; null where none is sent.</param>
internal sealed record ChatForm(bool Schema = true, bool Seed = true, bool Temperature = true, string? TokenLimit = ChatForm.NewLimit)
{
    /// <summary>The limit's name at OpenAI, and its older name, which others still have.</summary>
    public const string NewLimit = "max_completion_tokens", OldLimit = "max_tokens";
}
