using System.Text;

namespace Attribution.Tests.Tokenization;

/// <summary>Texts of every kind that tokenizers get wrong, drawn with a fixed seed.</summary>
public static class TestTexts
{
    // Blocks that Unicode 9 filled: the programs compared here know different later versions of Unicode.
    private static readonly (int First, int Last)[] Scripts =
    [
        (0x20, 0x7E), (0x20, 0x7E), (0xA0, 0xFF), (0x100, 0x17F), (0x180, 0x24F), (0x250, 0x2AF), (0x2B0, 0x2FF), (0x300, 0x36F), (0x391, 0x3A1),
        (0x3B1, 0x3C9), (0x400, 0x4FF), (0x531, 0x556), (0x5D0, 0x5EA), (0x591, 0x5C7), (0x620, 0x669), (0x710, 0x72F), (0x780, 0x7B1), (0x904, 0x963),
        (0x985, 0x98C), (0xA05, 0xA0A), (0xB85, 0xB8A), (0xC05, 0xC0C), (0xD05, 0xD0C), (0xE01, 0xE3A), (0xE40, 0xE5B), (0xE81, 0xE82), (0xF00, 0xF47),
        (0x1000, 0x1049), (0x10D0, 0x10F0), (0x1100, 0x11FF), (0x1200, 0x1248), (0x13A0, 0x13F4), (0x1780, 0x17DD), (0x1820, 0x1877), (0x1E00, 0x1EFF),
        (0x1F00, 0x1F15), (0x2000, 0x2064), (0x2070, 0x2071), (0x20A0, 0x20BE), (0x20D0, 0x20F0), (0x2100, 0x214F), (0x2150, 0x2188), (0x2190, 0x21FF),
        (0x2460, 0x24FF), (0x2581, 0x2581), (0x2600, 0x26FF), (0x3000, 0x303F), (0x3041, 0x3096), (0x30A1, 0x30FA), (0x3131, 0x318E), (0x4E00, 0x9FCC),
        (0xAC00, 0xD7A3), (0xE000, 0xE010), (0xF900, 0xFA6D), (0xFB00, 0xFB06), (0xFB1D, 0xFB36), (0xFE00, 0xFE0F), (0xFF01, 0xFF5E), (0xFFF9, 0xFFFD),
        (0x10330, 0x1034A), (0x10400, 0x1049D), (0x12000, 0x1236E), (0x13000, 0x1342E), (0x1D400, 0x1D454), (0x1D7CE, 0x1D7FF), (0x1E900, 0x1E943),
        (0x1F130, 0x1F149), (0x1F300, 0x1F320), (0x1F600, 0x1F64F), (0x1F3FB, 0x1F3FF), (0x20000, 0x20100), (0x2F800, 0x2FA1D), (0xE0020, 0xE007F),
            (0xF0000, 0xF0010),
    ];

    private static readonly string[] Words =
    [
        "the", "Hello", "world", "I'm", "DON'T", "we'Ll", "they'VE", "it's", "'tis", "o'clock", "'ſ", "'d", "naïve", "cafe\u0301", "A\u030A", "ﬁx", "x²", "№5",
            "１２３",
        "1234567890", "3.14159", "0xFF", "٣٤٥", "Ⅷ", "½", "Привет", "мир", "日本語", "中文字符", "한국어", "ประเทศไทย", "हिन्दी", "שָׁלוֹם", "العربية", "ქართული",
            "Ελληνικά",
        "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "👍🏽", "e\u0301\u0327\u0300", "q\u0307\u0323", "각", "\u1112\u1161\u11AB", "\u0344", "𝒳𝓎", "𐐷", "🄰", "a\u200Db", "\u200B",
            "\uFEFF", "\u00AD",
        "def f(x):", "    return x+1", "for (int i = 0; i < n; ++i) {", "}", "<div class=\"a\">", "</div>", "// ---", "{{x}}", "a_b_c", "CamelCase",
            "https://a.b/c?d=e&f", "$HOME",
        "...", "!!!", "?!", "—", "…", "“quoted”", "a/b", "\\n", "#", "@user", "ß", "İstanbul", "ǅ", "ʰ", "ª", "_", "ZZZZ", "antidisestablishmentarianism",
    ];

    private static readonly string[] Spaces =
    [
        " ", " ", " ", " ", "  ", "   ", "\n", "\n\n", "\r\n", "\r\n\r\n", "\t", "\t\t", " \n", "\n ", " \r\n ", "\u00A0", "\u3000", "\u2003", "\u2028",
            "\u0085", "\u000B", "\u200A ", "",
    ];

    /// <summary>Texts of all kinds, the same for every run.</summary>
    /// <param name="count">How many.</param>
    /// <param name="tokens">Tokens of the vocabulary to strew in.</param>
    /// <param name="loneSurrogates">Whether some texts hold lone surrogates.</param>
    public static List<string> Draw(int count, IReadOnlyList<string> tokens, bool loneSurrogates = true)
    {
        var random = new Random(20240229);
        List<string> texts = ["", " ", "\n", "'", "▁", " ▁ ", new string(' ', 300), new string('a', 500), string.Concat(Enumerable.Repeat("\r\n", 50)),
            "x" + new string('\n', 70) + "y"];
        while (texts.Count < count)
        {
            var text = new StringBuilder();
            for (var parts = random.Next(1, 12); parts > 0; parts--)
                Add(text, random, tokens, loneSurrogates);
            texts.Add(text.ToString());
        }
        return texts;
    }

    private static void Add(StringBuilder text, Random random, IReadOnlyList<string> tokens, bool loneSurrogates)
    {
        switch (random.Next(loneSurrogates ? 12 : 11))
        {
            case < 5:
                text.Append(Pick(Words)).Append(Pick(Spaces));
                break;
            case < 8:
                var (first, last) = Scripts[random.Next(Scripts.Length)];
                for (var n = random.Next(1, 8); n > 0; n--)
                    text.Append(char.ConvertFromUtf32(random.Next(first, last + 1)));
                break;
            case 8:
                text.Append(' ', random.Next(1, 40)).Append(Pick(Words));
                break;
            case 9:
                text.Append(Pick(Spaces)).Append(tokens[random.Next(tokens.Count)]).Append(Pick(Spaces));
                break;
            case 10:
                for (var n = random.Next(1, 6); n > 0; n--)
                    text.Append(Pick(Spaces));
                break;
            default:
                text.Append((char)random.Next(0xD800, 0xE000));
                break;
        }

        string Pick(string[] from) => from[random.Next(from.Length)];
    }
}
