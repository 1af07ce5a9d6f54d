namespace Attribution.Tokenization.AddedTokens;

/// <summary>A token found in the text itself, before the model sees it; the names are those of <c>tokenizer.json</c>.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">How it is written.</param>
/// <param name="SingleWord">Only where no word character touches it.</param>
/// <param name="StripsLeft"><c>lstrip</c>: takes the white space before it with it.</param>
/// <param name="StripsRight"><c>rstrip</c>: takes the white space behind it with it.</param>
/// <param name="Normalized">Looked for in the normalized text, in its own normalized form.</param>
/// <param name="Special">Left out when decoding without special tokens.</param>
internal sealed record AddedToken(
    int Id, string Content, bool SingleWord, bool StripsLeft, bool StripsRight, bool Normalized, bool Special);
