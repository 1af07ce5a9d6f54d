namespace Attribution.Judging.Chat;

/// <summary>Which of the parts that not every endpoint knows a call has.</summary>
/// <param name="Schema">Whether answers are held to a schema by <c>response_format</c>.</param>
/// <param name="Seed">Whether the seed is sent.</param>
/// <param name="NewTokenLimit">Whether the limit is called <c>max_completion_tokens</c> rather than <c>max_tokens</c>.</param>
internal sealed record ChatForm(bool Schema = true, bool Seed = true, bool NewTokenLimit = true);
