using System.Text.Json;
using Attribution.Data;
using Attribution.Diagnostics;
using Attribution.Selection;
using Attribution.Selection.Baselines;
using Attribution.Tokenization;

namespace Attribution.Tests.Selection.Baselines;

public sealed class Bm25Tests
{
    [Fact]
    public void A_score_is_the_one_that_the_formula_gives_by_hand()
    {
        // Three documents of 2, 1 and 3 words: their mean is 2. Of two queries, "red red blue" and "green".
        var scores = Bm25.Score(Rows("red blue", "Blue!", "red, red; fox"), Rows("red red blue", "green"));
        // N = 3; "red" and "blue" are in 2 of them each: log(1 + 1.5 / 2.5).
        var idf = Math.Log(1.6);
        scores.Select(s => (double)s.Score).ShouldBe(
        [
            (2 * idf * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 2 / 2)) + idf * 2.2 / (1 + 1.2)) / 2,
            idf * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 1 / 2)) / 2,
            2 * idf * 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 3 / 2)) / 2,
        ], 1e-6);
    }

    [Fact]
    public void The_scores_are_the_mean_over_queries_of_plain_sums_over_words()
    {
        var random = new Random(3);
        string[] words = [.. Enumerable.Range(0, 30).Select(i => $"w{i}")];
        string Text(int most) => string.Join(' ', Enumerable.Range(0, random.Next(1, most)).Select(_ => words[Math.Min(random.Next(30), random.Next(30))]));
        string[] documents = [.. Enumerable.Range(0, 40).Select(_ => Text(25))], queries = [.. Enumerable.Range(0, 5).Select(_ => Text(8))];
        const double k1 = 0.9, b = 0.4;
        var scores = Bm25.Score(Rows(documents), Rows(queries), k1, b);
        var mean = documents.Average(d => d.Split(' ').Length);
        foreach (var (i, document) in documents.Index())
        {
            var own = document.Split(' ');
            var expected = queries.Average(query => query.Split(' ').Sum(word =>
            {
                var (tf, df) = (own.Count(w => w == word), documents.Count(d => d.Split(' ').Contains(word)));
                return Math.Log(1 + (documents.Length - df + 0.5) / (df + 0.5)) * tf * (k1 + 1) / (tf + k1 * (1 - b + b * own.Length / mean));
            }));
            ((double)scores[i].Score).ShouldBe(expected, 1e-5);
        }
    }

    [Fact]
    public void By_each_query_alone_they_are_those_of_the_only_query()
    {
        string[] documents = ["red blue", "Blue! sky", "red, red; fox", "?"], queries = ["red red blue", "green", "sky fox red"];
        var each = Bm25.ScoreEach(Rows(documents), Rows(queries)).ToArray();
        each.Select(row => row.Row).ShouldBe([0L, 1L, 2L]);
        foreach (var (row, scores) in each)
            scores.ShouldBe(Bm25.Score(Rows(documents), Rows(queries[row])));
        var all = Bm25.Score(Rows(documents), Rows(queries));
        for (var i = 0; i < 3; i++)
            ((double)all[i].Score).ShouldBe(each.Average(row => (double)row.Scores[i].Score), 1e-6);
    }

    [Fact]
    public void Words_are_runs_of_letters_and_digits_in_lower_case_and_ideographs_each_one()
    {
        static float[] Of(string query) => [.. Bm25.Score(Rows("Straße 42-b", "日本語 text", "?!"), Rows(query)).Select(s => s.Score)];
        Of("STRASSE straße")[0].ShouldBeGreaterThan(0);
        Of("42")[0].ShouldBeGreaterThan(0);
        Of("4")[0].ShouldBe(0);
        Of("本")[1].ShouldBeGreaterThan(0);
        Of("text")[2].ShouldBe(float.NaN); // a row without a word
    }

    [Fact]
    public void A_row_without_an_answer_has_no_score_and_changes_none()
    {
        ChatMessage Answer(string text, string? fields = null) =>
            new("assistant", text) { Fields = fields is null ? null : JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(fields) };
        DatasetRow[] Of(params ChatMessage[][] turns) =>
            [.. turns.Select((answers, i) => new DatasetRow(i, new MessageConversation([new("user", "red"), .. answers]), null))];
        var scores = Bm25.Score(Of([Answer("red")], [Answer("")], [Answer("red", """{"weight":0}""")], [Answer("red"), Answer("")],
            [Answer("", """{"tool_calls":[]}""")], [Answer("", """{"weight":1}""")]), Rows("red"));
        scores.Select(s => float.IsNaN(s.Score)).ShouldBe([false, true, true, false, false, true]);
        ChatMessage[] mark = [Answer("?")];
        scores[0].Score.ShouldBe(Bm25.Score(Of([Answer("red")], mark, [Answer("red")], [Answer("red")], mark, mark), Rows("red"))[0].Score);
    }

    [Fact]
    public void Rows_that_have_no_words_to_compare_are_an_error()
    {
        var tokens = new DatasetRow(7, new TokenConversation([1, 2], [false, true]), null);
        var error = Should.Throw<AttributionException>(() => Bm25.Score([tokens], Rows("a")));
        (error.Code, error.Row).ShouldBe((ErrorCodes.RowWithoutText, 7L));
        Should.Throw<AttributionException>(() => Bm25.Score(Rows("a"), Rows("?"))).Code.ShouldBe(ErrorCodes.NoVectors);
    }

    private static IEnumerable<DatasetRow> Rows(params string[] texts) =>
        texts.Select((text, i) => new DatasetRow(i, new MessageConversation([new ChatMessage("user", ""), new ChatMessage("assistant", text)]), null));
}
