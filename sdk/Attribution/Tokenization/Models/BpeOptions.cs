namespace Attribution.Tokenization.Models;

/// <summary>The options of a BPE model, by their names in <c>tokenizer.json</c>.</summary>
/// <param name="UnknownId">The id of <c>unk_token</c>, or null: characters that have no token then vanish.</param>
/// <param name="ContinuingPrefix"><c>continuing_subword_prefix</c>: begins the token of every character but a piece's first.</param>
/// <param name="EndSuffix"><c>end_of_word_suffix</c>: ends the token of a piece's last character.</param>
/// <param name="FuseUnknown"><c>fuse_unk</c>: neighbouring unknown characters are one unknown token.</param>
/// <param name="ByteFallback"><c>byte_fallback</c>: an unknown character becomes the tokens of its bytes, if there are such.</param>
/// <param name="IgnoreMerges"><c>ignore_merges</c>: a piece that is a token is that token, whatever the merges say.</param>
internal sealed record BpeOptions(
    int? UnknownId, string ContinuingPrefix, string EndSuffix, bool FuseUnknown, bool ByteFallback, bool IgnoreMerges);
