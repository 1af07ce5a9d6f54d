using System.Text.RegularExpressions;

namespace QuickstartModel.Tokenizer;

/// <summary>
/// Learns a byte-level BPE vocabulary (Sennrich et al. 2016) from texts: again and again the most frequent pair of
/// neighbouring symbols inside a word becomes a symbol. Ties go to the pair that sorts first, so the result depends on the texts alone.
/// </summary>
internal sealed class BpeTrainer
{
    /// <summary>How text is cut into words before any merge: GPT-2's expression. A leading space belongs to its word.</summary>
    public const string WordPattern = @"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private static readonly Regex Word = new(WordPattern, RegexOptions.CultureInvariant | RegexOptions.Compiled);
    private readonly Dictionary<string, int> _counts = [];

    public void Add(string text)
    {
        foreach (var match in Word.EnumerateMatches(text))
        {
            var word = text.Substring(match.Index, match.Length);
            _counts[word] = _counts.GetValueOrDefault(word) + 1;
        }
    }

    /// <summary>Up to <paramref name="merges"/> merges, in the order in which they apply. Pairs seen once are not merged.</summary>
    public IReadOnlyList<(string Left, string Right)> Train(int merges)
    {
        var words = _counts.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => (Symbols: ByteLevel.Encode(pair.Key).Select(c => c.ToString()).ToList(), Count: pair.Value)).ToArray();
        var learned = new List<(string, string)>();
        while (learned.Count < merges)
        {
            var pairs = new Dictionary<(string Left, string Right), int>();
            foreach (var (symbols, count) in words)
                for (var i = 0; i + 1 < symbols.Count; i++)
                    pairs[(symbols[i], symbols[i + 1])] = pairs.GetValueOrDefault((symbols[i], symbols[i + 1])) + count;
            if (pairs.Count == 0)
                break;
            var (best, frequency) = pairs.MinBy(pair => (-pair.Value, pair.Key), PairOrder);
            if (frequency < 2)
                break;
            learned.Add(best);
            foreach (var (symbols, _) in words)
                Merge(symbols, best);
        }
        return learned;
    }

    private static readonly Comparer<(int, (string Left, string Right))> PairOrder = Comparer<(int, (string Left, string Right))>.Create((a, b) =>
        a.Item1 != b.Item1 ? a.Item1.CompareTo(b.Item1)
        : string.CompareOrdinal(a.Item2.Left, b.Item2.Left) is var left and not 0 ? left
        : string.CompareOrdinal(a.Item2.Right, b.Item2.Right));

    private static void Merge(List<string> symbols, (string Left, string Right) pair)
    {
        for (var i = 0; i + 1 < symbols.Count; i++)
            if (symbols[i] == pair.Left && symbols[i + 1] == pair.Right)
            {
                symbols[i] += symbols[i + 1];
                symbols.RemoveAt(i + 1);
            }
    }
}
