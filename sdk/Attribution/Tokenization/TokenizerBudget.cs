using Attribution.Diagnostics;

namespace Attribution.Tokenization;

/// <summary>
/// What a tokenizer may make of a text. Tokenizers come with downloaded models and are not trusted: one whose steps grow a text without end, or whose
/// expressions search it without end, is stopped with an error.
/// </summary>
internal static class TokenizerBudget
{
    /// <summary>UTF-16 units that a decoder's step makes of one token, or of all together where they are one.</summary>
    public const int MostDecoded = 16 << 20;

    /// <summary>UTF-16 units that a decoder's step makes in all.</summary>
    public const long MostDecodedInAll = 64L << 20;

    /// <summary>How long an expression may look for one match.</summary>
    public static readonly TimeSpan OneMatch = TimeSpan.FromSeconds(10);

    /// <summary>UTF-16 units that a text of so many may become. Unicode's normalization makes 18 of one; byte levels make 3.</summary>
    public static int MostUnits(int length) => (int)Math.Min(int.MaxValue / 4, (1 << 20) + (64L * length));

    /// <summary>UTF-16 units that all steps together may read of a text of so many.</summary>
    public static long MostWork(int length) => (256L << 20) + (1024L * length);

    /// <summary>How long an expression may search a text of so many units in all.</summary>
    public static TimeSpan AllMatches(int length) => TimeSpan.FromSeconds(30 + (length / 100_000));

    /// <summary>The error of what was too much.</summary>
    public static AttributionException Exceeded(string what) =>
        new(ErrorCodes.TokenizerLimit, $"The tokenizer {what}, which no published one does. Use the tokenizer that "
            + "the model was published with.")
        { File = "tokenizer.json" };
}
