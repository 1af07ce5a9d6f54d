using Attribution.Selection;

namespace Attribution.Tests.Selection;

public sealed class RetrievalMeasuresTests
{
    [Fact]
    public void Measures_of_a_small_ranking_are_those_that_one_counts_by_hand()
    {
        // By score: other, planted, planted, other, planted, other.
        var found = Of([0.9f, 0.8f, 0.7f, 0.6f, 0.5f, 0.4f], [false, true, true, false, true, false], k: 3);
        found.PrecisionAtK.ShouldBe(2 / 3.0);
        found.RecallAtK.ShouldBe(2 / 3.0);
        found.ReciprocalRank.ShouldBe(1 / 2.0);
        found.Auroc.ShouldBe(5 / 9.0); // of nine pairs the planted one is higher in 2 + 2 + 1
        found.Auprc.ShouldBe((1 / 2.0 + 2 / 3.0 + 3 / 5.0) / 3, 1e-12);
    }

    [Fact]
    public void Ties_count_one_half_in_the_ROC_curve_and_are_one_threshold_of_the_precision_recall_curve()
    {
        // Before, a tie went to whichever row came first: 0.75 here with the planted rows first, 0.25 with them last.
        foreach (var planted in new bool[][] { [true, false, true, false], [false, true, false, true], [true, true, false, false] })
        {
            var found = Of([1, 1, 1, 1], planted, k: 2);
            (found.Auroc, found.Auprc).ShouldBe((0.5, 0.5));
        }
        var mixed = Of([2, 2, 1, 0], [true, false, true, false], k: 1);
        mixed.Auroc.ShouldBe((0.5 + 1 + 0 + 1) / 4);
        mixed.Auprc.ShouldBe((1 / 2.0 + 2 / 3.0) / 2, 1e-12);
    }

    [Fact]
    public void Measures_equal_their_definitions_over_all_pairs_and_thresholds()
    {
        var random = new Random(1);
        for (var round = 0; round < 200; round++)
        {
            var count = random.Next(2, 30);
            float[] scores = [.. Enumerable.Range(0, count).Select(_ => random.Next(10) == 0 ? float.NaN : random.Next(6) / 5f)];
            bool[] planted = [.. scores.Select(_ => random.Next(3) == 0)];
            planted[0] = true;
            planted[1] = false;
            var found = Of(scores, planted, 5);

            double[] s = [.. scores.Select(x => float.IsNaN(x) ? -1.0 : x)];
            int[] plantedRows = [.. Enumerable.Range(0, count).Where(i => planted[i])], others = [.. Enumerable.Range(0, count).Where(i => !planted[i])];
            found.Auroc!.Value.ShouldBe(plantedRows.Average(p => others.Average(o => s[p] > s[o] ? 1 : s[p] == s[o] ? 0.5 : 0.0)), 1e-12);
            found.Auprc.ShouldBe(plantedRows.Average(p => (double)plantedRows.Count(i => s[i] >= s[p]) / s.Count(x => x >= s[p])), 1e-12);
            int PlaceOf(int row) => Enumerable.Range(0, count).Count(i => s[i] > s[row] || (s[i] == s[row] && i < row));
            found.ReciprocalRank.ShouldBe(1.0 / (1 + plantedRows.Min(PlaceOf)));
            found.RecallAtK.ShouldBe((double)plantedRows.Count(p => PlaceOf(p) < 5) / plantedRows.Length);
            found.PrecisionAtK.ShouldBe((double)plantedRows.Count(p => PlaceOf(p) < 5) / Math.Min(5, count));
        }
    }

    [Fact]
    public void Where_there_is_nothing_to_tell_apart_there_is_no_number()
    {
        RetrievalMeasures.Of([new(0, 1)], _ => false, 1).ShouldBeNull();
        var all = Of([2, 1], [true, true], 1);
        (all.Auroc, all.Auprc, all.RecallAtK).ShouldBe((null, 1.0, 0.5));
        Should.Throw<ArgumentOutOfRangeException>(() => RetrievalMeasures.Of([], _ => false, 0));
    }

    private static RetrievalMeasures Of(float[] scores, bool[] planted, int k) =>
        RetrievalMeasures.Of([.. scores.Select((score, i) => new ScoredRow(i, score)).Reverse()], row => planted[row], k)!;
}
