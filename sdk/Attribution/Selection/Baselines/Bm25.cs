using System.Text.RegularExpressions;
using Attribution.Data;
using Attribution.Diagnostics;

namespace Attribution.Selection.Baselines;

/// <summary>
/// Okapi BM25 (Robertson et al., TREC-3, 1994). The texts of evaluation rows are the queries, those of training rows the documents, and a row's score is its
/// mean over the queries. With tf the number of times a word occurs in a document, dl the number of words in the document, avgdl its mean, and df the number of
/// the N documents that contain the word: <c>mean_j sum_{w in query j} log(1 + (N - df + 1/2) / (df + 1/2)) tf (k1 + 1) / (tf + k1 (1 - b + b dl / avgdl))</c>,
/// where a word that occurs twice in a query counts twice.
/// </summary>
/// <remarks>
/// A text is the text of all messages of the treatment. A word is a run of letters, marks and digits, in lower case; a Chinese or Japanese character is a word
/// of its own. Search libraries keep a document's length in one byte, so their scores are close to these but not equal.
/// </remarks>
public static partial class Bm25
{
    /// <summary>How fast the weight of a word's repetitions saturates.</summary>
    public const double K1 = 1.2;

    /// <summary>How strongly a document's length is normalized, from 0 to 1.</summary>
    public const double B = 0.75;

    /// <summary>Scores every training row.</summary>
    /// <param name="train">The training rows, read once.</param>
    /// <param name="evaluation">The evaluation rows, read once.</param>
    /// <param name="k1">See <see cref="K1"/>.</param>
    /// <param name="b">See <see cref="B"/>.</param>
    /// <param name="cancellation">Checked between rows.</param>
    /// <returns>The rows' indices and scores, in row order; NaN for a row without a word, or without an answer to train
    /// on.</returns>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.RowWithoutText"/>: a row is pre-tokenized. <see cref="ErrorCodes.NoVectors"/>: no
    /// evaluation row has a word.</exception>
    public static IReadOnlyList<ScoredRow> Score(
        IEnumerable<DatasetRow> train, IEnumerable<DatasetRow> evaluation, double k1 = K1, double b = B, CancellationToken cancellation = default)
    {
        var queries = Queries(evaluation, cancellation);
        var weights = new double[queries.Terms.Count];
        foreach (var (term, count) in queries.Words.SelectMany(query => query.Counts))
            weights[term] += count;
        return Documents.Of(train, queries.Terms, cancellation).Score([.. weights.Select(weight => weight / queries.Words.Count)], k1, b);
    }

    /// <summary>Scores every training row by each evaluation row alone.</summary>
    /// <param name="train">The training rows, read once.</param>
    /// <param name="evaluation">The evaluation rows, read once.</param>
    /// <param name="cancellation">Looked at between rows.</param>
    /// <returns>For the index of each evaluation row what <see cref="Score"/> gives of it alone, made when it is asked for.</returns>
    /// <exception cref="AttributionException">As for <see cref="Score"/>.</exception>
    internal static IEnumerable<(long Row, IReadOnlyList<ScoredRow> Scores)> ScoreEach(
        IEnumerable<DatasetRow> train, IEnumerable<DatasetRow> evaluation, CancellationToken cancellation = default)
    {
        var queries = Queries(evaluation, cancellation);
        var documents = Documents.Of(train, queries.Terms, cancellation);
        return queries.Words.Select(query =>
        {
            var weights = new double[queries.Terms.Count];
            foreach (var (term, count) in query.Counts)
                weights[term] = count;
            return (query.Row, documents.Score(weights, K1, B));
        });
    }

    // The words of the queries, numbered as they come, and how often each stands in each query.
    private static (Dictionary<string, int> Terms, IReadOnlyList<(long Row, Dictionary<int, int> Counts)> Words) Queries(
        IEnumerable<DatasetRow> evaluation, CancellationToken cancellation)
    {
        var (terms, queries) = (new Dictionary<string, int>(StringComparer.Ordinal), new List<(long, Dictionary<int, int>)>());
        foreach (var row in evaluation)
        {
            cancellation.ThrowIfCancellationRequested();
            var (text, counts) = (TextOf(row), new Dictionary<int, int>());
            foreach (var word in Word().EnumerateMatches(text))
            {
                var term = text.Substring(word.Index, word.Length);
                if (!terms.TryGetValue(term, out var number))
                    terms.Add(term, number = terms.Count);
                counts[number] = counts.GetValueOrDefault(number) + 1;
            }
            queries.Add((row.Index, counts));
        }
        return terms.Count > 0 ? (terms, queries) : throw new AttributionException(ErrorCodes.NoVectors,
            "No evaluation row has a word, so bm25 has nothing to look for. Give the evaluation set rows with text.");
    }

    private static string TextOf(DatasetRow row) => row.Treatment is MessageConversation { Messages: var messages }
        ? string.Join('\n', messages.Select(message => message.Content)).ToLowerInvariant()
        : throw new AttributionException(ErrorCodes.RowWithoutText,
            $"Row {row.Index} holds tokens, and bm25 compares words. Give the rows as messages, or leave bm25 out.")
        { Row = row.Index, Property = "Baseline" };

    /// <summary>The training rows by the words of the queries.</summary>
    /// <param name="Rows">
    /// Each row's index, the number of its words, whether it has an answer, and how often it has which of the queries' words, ascending.
    /// </param>
    /// <param name="Frequencies">How many rows have a word.</param>
    private sealed record Documents(IReadOnlyList<(long Index, int Length, bool HasAnswer, (int Term, int Count)[] Counts)> Rows, int[] Frequencies)
    {
        public static Documents Of(IEnumerable<DatasetRow> train, Dictionary<string, int> terms, CancellationToken cancellation)
        {
            var lookup = terms.GetAlternateLookup<ReadOnlySpan<char>>();
            var (rows, frequencies) = (new List<(long, int, bool, (int, int)[])>(), new int[terms.Count]);
            foreach (var row in train)
            {
                cancellation.ThrowIfCancellationRequested();
                var counts = new Dictionary<int, int>();
                var (text, length) = (TextOf(row), 0);
                foreach (var word in Word().EnumerateMatches(text))
                {
                    length++;
                    if (lookup.TryGetValue(text.AsSpan(word.Index, word.Length), out var term))
                        counts[term] = counts.GetValueOrDefault(term) + 1;
                }
                foreach (var term in counts.Keys)
                    frequencies[term]++;
                rows.Add((row.Index, length, row.Treatment.HasAnswer, [.. counts.OrderBy(c => c.Key).Select(c => (c.Key, c.Value))]));
            }
            return new(rows, frequencies);
        }

        /// <summary>The rows' scores.</summary>
        /// <param name="counts">How often each word stands in a query.</param>
        /// <param name="k1">See <see cref="K1"/>.</param>
        /// <param name="b">See <see cref="Bm25.B"/>.</param>
        public IReadOnlyList<ScoredRow> Score(IReadOnlyList<double> counts, double k1, double b)
        {
            var mean = Rows.Count == 0 ? 0 : Rows.Average(d => (double)d.Length);
            double[] weights = [.. counts.Select((count, term) => count * Math.Log(1 + (Rows.Count - Frequencies[term] + 0.5) / (Frequencies[term] + 0.5)))];
            return [.. Rows.Select(d => new ScoredRow(d.Index, d.Length == 0 || !d.HasAnswer ? float.NaN
                : (float)d.Counts.Sum(c => weights[c.Term] * c.Count * (k1 + 1) / (c.Count + k1 * (1 - b + b * d.Length / mean)))))];
        }
    }

    [GeneratedRegex(@"[\p{IsCJKUnifiedIdeographs}\p{IsHiragana}\p{IsKatakana}]|[\p{L}\p{M}\p{N}-[\p{IsCJKUnifiedIdeographs}\p{IsHiragana}\p{IsKatakana}]]+")]
    private static partial Regex Word();
}
