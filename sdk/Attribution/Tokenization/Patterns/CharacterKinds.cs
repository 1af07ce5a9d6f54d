using System.Globalization;
using System.Text;

namespace Attribution.Tokenization.Patterns;

/// <summary>The kinds of characters that the reference library distinguishes.</summary>
internal static class CharacterKinds
{
    /// <summary>General category N: decimal digits, letter numbers and other numbers.</summary>
    public static bool IsNumeric(Rune rune) => Rune.IsNumber(rune);

    /// <summary>General category P, and all of ASCII's punctuation and symbols.</summary>
    public static bool IsPunctuation(Rune rune)
        => Rune.IsPunctuation(rune) || rune.IsAscii && Rune.IsSymbol(rune);

    /// <summary>The meaning of <c>\w</c>: letters, marks, decimal digits, letter numbers, connectors and other alphabetic symbols.</summary>
    public static bool IsWord(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        <= UnicodeCategory.LetterNumber => true,
        UnicodeCategory.ConnectorPunctuation => true,
        UnicodeCategory.OtherSymbol => IsAlphabeticSymbol(rune.Value),
        _ => false,
    };

    /// <summary>Other_Alphabetic among the symbols: letters in circles and squares.</summary>
    public static bool IsAlphabeticSymbol(int codePoint)
        => codePoint is >= 0x24B6 and <= 0x24E9 or >= 0x1F130 and <= 0x1F149 or >= 0x1F150 and <= 0x1F169 or >= 0x1F170 and <= 0x1F189;
}
