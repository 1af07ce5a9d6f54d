using Attribution.Diagnostics;

namespace Attribution.Tokenization;

/// <summary>
/// The limits of a tokenizer's work on a text. Tokenizers come with downloaded models and are not trusted: one whose steps grow a text without end, or whose
/// expressions search it without end, is stopped with an error.
/// </summary>
internal static class TokenizerBudget
{
    /// <summary>The greatest number of UTF-16 units that a decoder's step may make from one token, or from all tokens together if it fuses them.</summary>
    public const int MostDecoded = 16 << 20;

    /// <summary>The greatest number of UTF-16 units that a decoder's step may make in total.</summary>
    public const long MostDecodedInAll = 64L << 20;

    /// <summary>The time limit of an expression for one match.</summary>
    public static readonly TimeSpan OneMatch = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The greatest number of UTF-16 units that a text of this length may become. Unicode normalization makes 18 from one; byte levels make 3.
    /// </summary>
    public static int MostUnits(int length) => (int)Math.Min(int.MaxValue / 4, (1 << 20) + (64L * length));

    /// <summary>The greatest number of UTF-16 units that all steps together may read for a text of this length.</summary>
    public static long MostWork(int length) => (256L << 20) + (1024L * length);

    /// <summary>The total time limit of an expression for a text of this length.</summary>
    public static TimeSpan AllMatches(int length) => TimeSpan.FromSeconds(30 + (length / 100_000));

    /// <summary>The error for an exceeded limit.</summary>
    public static AttributionException Exceeded(string what) =>
        new(ErrorCodes.TokenizerLimit, $"The tokenizer {what}, which no published one does. Use the tokenizer that "
            + "the model was published with.")
        { File = "tokenizer.json" };
}
