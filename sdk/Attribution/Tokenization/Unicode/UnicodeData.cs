using System.Globalization;

namespace Attribution.Tokenization.Unicode;

/// <summary>The parts of the Unicode Character Database that normalization needs, from the embedded table.</summary>
internal sealed class UnicodeData
{
    // Decompositions and combining classes end in plane 2.
    private const int Covered = 0x30000;

    private readonly byte[] _class = new byte[Covered];
    private readonly bool[] _mayChangeInNfc = new bool[Covered];
    private readonly Dictionary<int, int[]> _canonical = [];
    private readonly Dictionary<int, int[]> _compatibility = [];
    private readonly Dictionary<(int, int), int> _compositions = [];

    public static UnicodeData Instance { get; } = new();

    private UnicodeData()
    {
        using var stream = typeof(UnicodeData).Assembly.GetManifestResourceStream("UnicodeDecompositions.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
            if (line[0] == '#')
                continue;
            else if (line.Split('=') is [var range, var combiningClass])
                ReadClass(range, combiningClass);
            else
                ReadDecomposition(line);
        // Hangul vowels and trailing consonants compose by rule with what precedes them.
        _mayChangeInNfc.AsSpan(0x1161, 21).Fill(true);
        _mayChangeInNfc.AsSpan(0x11A8, 27).Fill(true);
    }

    /// <summary>Canonical_Combining_Class.</summary>
    public int CombiningClass(int codePoint) => codePoint < Covered ? _class[codePoint] : 0;

    /// <summary>True if NFC_Quick_Check is No or Maybe.</summary>
    public bool MayChangeInNfc(int codePoint) => codePoint < Covered && _mayChangeInNfc[codePoint];

    /// <summary>The mapping of one step; null for none.</summary>
    public int[]? Decomposition(int codePoint, bool compatibility)
        => _canonical.GetValueOrDefault(codePoint) ?? (compatibility ? _compatibility.GetValueOrDefault(codePoint) : null);

    /// <summary>The primary composite of a pair; null for none.</summary>
    public int? Composition(int first, int second) => _compositions.TryGetValue((first, second), out var whole) ? whole : null;

    private void ReadClass(string range, string combiningClass)
    {
        var dots = range.IndexOf('.');
        var first = Hex(range[..dots]);
        _class.AsSpan(first, Hex(range[(dots + 2)..]) - first + 1).Fill(byte.Parse(combiningClass, CultureInfo.InvariantCulture));
    }

    private void ReadDecomposition(string line)
    {
        var separator = line.IndexOf(';');
        var codePoint = Hex(line[..separator]);
        var kind = line[separator + 1];
        var parts = line[(separator + 1)..].TrimStart('~', '!').Split(' ').Select(Hex).ToArray();
        if (kind == '~')
        {
            _compatibility[codePoint] = parts;
            return;
        }
        _canonical[codePoint] = parts;
        if (kind != '!' && parts.Length == 2)
        {
            _compositions[(parts[0], parts[1])] = codePoint;
            _mayChangeInNfc[parts[1]] = true;
        }
        else
            _mayChangeInNfc[codePoint] = true;
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
