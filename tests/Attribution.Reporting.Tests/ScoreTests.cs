using Attribution.Diagnostics;
using Attribution.Selection;

namespace Attribution.Reporting.Tests;

/// <summary>Histograms, overlaps and rank correlations of scores.</summary>
public sealed class ScoreTests
{
    [Fact]
    public void A_table_of_scores_is_read_as_it_was_written()
    {
        using var folder = new TemporaryFolder();
        ScoreTable.Write(folder["scores.parquet"], [5, 7, 9], [0.5f, float.NaN, 0.9f], [2, 0, 1]);
        var table = ScoreTable.Read(folder["scores.parquet"]);
        table.Rows.ShouldBe([5, 7, 9]);
        table.InOrder(9).Select(i => table.Rows[i]).ShouldBe([9, 5]);
        table.FromTheEnd(1).Select(i => table.Rows[i]).ShouldBe([5]);
        (table.RankOf(9), table.RankOf(7), table.RankOf(1)).ShouldBe((1, null, null));

        ScoreTable.Write(folder["again.parquet"], [5, 7, 9], [0.5f, float.NaN, 0.9f], [2, 0, 1]);
        File.ReadAllBytes(folder["again.parquet"]).ShouldBe(File.ReadAllBytes(folder["scores.parquet"]));
        ScoreTable.Write(folder["empty.parquet"], [], [], []);
        ScoreTable.Read(folder["empty.parquet"]).Count.ShouldBe(0);
        Invalid(folder.Write("none.parquet", "no table"));
        File.WriteAllBytes(folder["half.parquet"], File.ReadAllBytes(folder["scores.parquet"])[..100]);
        Invalid(folder["half.parquet"]);
        Invalid(folder["gone.parquet"]);

        static void Invalid(string path)
        {
            var error = Should.Throw<AttributionException>(() => ScoreTable.Read(path));
            (error.Code, error.File).ShouldBe((ErrorCodes.ReportInputInvalid, path));
        }
    }

    [Fact]
    public void A_histogram_counts_every_row_with_a_score_once_and_cuts_at_the_last_chosen()
    {
        var table = Table([.. Enumerable.Range(0, 101).Select(i => i / 100f), float.NaN]);
        var histogram = ScoreHistogram.Of(table, row => row >= 90, topK: 10)!;
        histogram.Counts.Sum().ShouldBe(101);
        histogram.Planted!.Sum().ShouldBe(11);
        histogram.Planted!.Take(ScoreHistogram.Bins / 2).Sum().ShouldBe(0);
        histogram.WithoutScore.ShouldBe(1);
        histogram.Cut.ShouldBe(0.91, 1e-6);
        (histogram.Lowest, Math.Round(histogram.Highest, 6)).ShouldBe((0, 1));

        ScoreHistogram.Of(Table([0.5f, 0.5f]), null, 1)!.Counts.Sum().ShouldBe(2);
        ScoreHistogram.Of(Table([float.NaN]), null, 1).ShouldBeNull();
    }

    [Fact]
    public void At_the_bottom_the_chosen_are_the_lowest_with_the_lower_index_first_and_the_cut_is_the_highest_of_them()
    {
        var table = Table([0.5f, -0.3f, 0.1f, -0.3f, 0.9f, 0.1f, float.NaN]);
        table.Chosen(3, isBottom: true).Select(i => table.Rows[i])
            .ShouldBe(TopK.SelectLowest([.. table.Rows.Select((row, i) => new ScoredRow(row, table.Scores[i]))], 3).Select(row => row.Index));
        table.Chosen(3, isBottom: true).ShouldBe([1, 3, 2]);
        table.Chosen(3, isBottom: false).ShouldBe([4, 0, 2]);
        ScoreHistogram.Of(table, null, topK: 3, isBottom: true)!.Cut.ShouldBe(0.1, 1e-6);
        ScoreHistogram.Of(table, null, topK: 2)!.Cut.ShouldBe(0.5, 1e-6);
    }

    [Fact]
    public void Rank_correlation_is_one_for_one_order_minus_one_for_its_reverse_and_blind_to_scale()
    {
        var scores = new[] { 0.1f, 0.7f, 0.3f, -0.2f, 0.9f };
        RankAgreement.Correlation(Table(scores), Table([.. scores.Select(s => s * s * s * 100)]))!.Value.ShouldBe(1, 1e-12);
        RankAgreement.Correlation(Table(scores), Table([.. scores.Select(s => -s)]))!.Value.ShouldBe(-1, 1e-12);
        // 1 - 6 * sum d^2 / (n (n^2 - 1)) with ranks 1..4 and 2, 1, 4, 3.
        RankAgreement.Correlation(Table([1, 2, 3, 4]), Table([2, 1, 4, 3]))!.Value.ShouldBe(0.6, 1e-12);
        RankAgreement.Correlation(Table([1, 2]), Table([float.NaN, 3])).ShouldBeNull();
    }

    [Fact]
    public void Overlap_is_the_common_share_of_the_smaller_choice()
    {
        RankAgreement.Overlap(new HashSet<long> { 1, 2, 3, 4 }, new HashSet<long> { 3, 4, 5, 6 }).ShouldBe(0.5);
        RankAgreement.Overlap(new HashSet<long> { 1, 2, 3, 4 }, new HashSet<long> { 3 }).ShouldBe(1);
        RankAgreement.Overlap(new HashSet<long>(), new HashSet<long> { 3 }).ShouldBe(0);
    }

    private static ScoreTable Table(float[] scores)
    {
        var ranks = new int[scores.Length];
        foreach (var (rank, i) in Enumerable.Range(0, scores.Length).Where(i => float.IsFinite(scores[i])).OrderByDescending(i => scores[i]).Index())
            ranks[i] = rank + 1;
        return new([.. Enumerable.Range(0, scores.Length).Select(i => (long)i)], scores, ranks);
    }
}
