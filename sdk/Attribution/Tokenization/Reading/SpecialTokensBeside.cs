using Attribution.Tokenization.PostProcessors;

namespace Attribution.Tokenization.Reading;

/// <summary>
/// Compares <c>add_bos_token</c> and <c>add_eos_token</c> of <c>tokenizer_config.json</c> with the special tokens that the post-processor of
/// <c>tokenizer.json</c> puts around a plain text. The post-processor counts, as in Hugging Face's library since its version 5, which drops the two flags if
/// there is a <c>tokenizer.json</c>. Before, a few classes (Llama, Gemma, Code Llama, Cohere) made the post-processor anew by the flags, and all others ignored
/// them. A file that the library saves has no such difference. The text of a chat template is encoded without the post-processor.
/// </summary>
internal static class SpecialTokensBeside
{
    private const string Bos = "add_bos_token", Eos = "add_eos_token";

    /// <summary>A sentence for each flag that contradicts the post-processor.</summary>
    public static IReadOnlyList<string> Notes(PostProcessor processor, FilesBeside files) =>
    [
        .. Note(files, Bos, processor.Before.Length > 0, "before"),
        .. Note(files, Eos, processor.After.Length > 0, "after"),
    ];

    private static IEnumerable<string> Note(FilesBeside files, string flag, bool adds, string where) =>
        files.Flag(flag, isUsed: false) is { } said && said != adds
        ? [$"{flag} is {(said ? "true" : "false")} in tokenizer_config.json, and tokenizer.json puts {(adds ? "a" : "no")} special token {where} a plain "
            + "text. tokenizer.json counts; some classes of older versions of Hugging Face's library make it anew by the other."]
        : [];
}
