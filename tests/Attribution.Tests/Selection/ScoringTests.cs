using System.Text.Json;
using Attribution.Diagnostics;
using Attribution.Selection;

namespace Attribution.Tests.Selection;

public sealed class ScoringTests
{
    public static TheoryData<string> Names => new("cos_sim", "proj", "dot_product", "cos_sim_debias_eval", "cos_sim_debias_train");

    [SharedTheory("models", "stories260k", "gold", "selection.json")]
    [MemberData(nameof(Names))]
    public void Scores_and_top_k_are_the_originals(string name)
    {
        var gold = Gold();
        var scorer = RowScorer.From(ScoringMethods.Parse(name), Rows(gold.GetProperty("eval")), Rows(gold.GetProperty("eval_control")));
        Compare(scorer.Score(Rows(gold.GetProperty("train"))), gold.GetProperty("methods").GetProperty(name), gold.GetProperty("k").GetInt32());
    }

    [SharedTheory("models", "stories260k", "gold", "selection.json")]
    [InlineData("cos_sim")]
    [InlineData("proj")]
    [InlineData("dot_product")]
    public void A_persona_vector_stands_where_evaluation_vectors_would(string name)
    {
        var gold = Gold();
        var persona = gold.GetProperty("persona_vector").EnumerateArray().Select(v => v.GetSingle()).ToArray();
        var scores = RowScorer.Along(ScoringMethods.Parse(name), persona).Score(Rows(gold.GetProperty("train")));
        Compare(scores, gold.GetProperty("persona").GetProperty(name), gold.GetProperty("k").GetInt32());
    }

    [Fact]
    public void Rows_that_cannot_be_scored_are_never_selected()
    {
        float[][] train = [[1, 0], [0, 0], [float.NaN, 1], [2, 0], [-1, 0], [0, float.PositiveInfinity]];
        foreach (var name in new[] { "cos_sim", "proj", "dot_product", "cos_sim_debias_train" })
        {
            var scores = RowScorer.From(ScoringMethods.Parse(name), new MemoryVectors([[1f, 0.5f]])).Score(new MemoryVectors(train));
            scores.Select(s => float.IsNaN(s.Score)).ShouldBe([false, true, true, false, false, true]);
            TopK.Select(scores, 3).Select(s => s.Index).Order().ShouldBe([0, 3, 4]);
            var error = Should.Throw<AttributionException>(() => TopK.Select(scores, 4));
            error.Code.ShouldBe(ErrorCodes.TopKInvalid);
            error.Message.ShouldContain("only 3 training rows");
            error.Message.ShouldContain("3 more have no score");
        }
    }

    [Fact]
    public void Ties_go_to_the_lower_row()
    {
        var scores = new ScoredRow[] { new(7, 1), new(3, 2), new(5, 1), new(1, 1) };
        TopK.Select(scores, 3).Select(s => s.Index).ShouldBe([3L, 1, 5]);
    }

    [Fact]
    public void A_random_draw_repeats_and_depends_on_its_seed()
    {
        long[] rows = [.. Enumerable.Range(0, 1000).Select(i => (long)i)];
        var draw = TopK.Random(rows, 50, seed: 1).Select(s => s.Index).ToArray();
        draw.Distinct().Count().ShouldBe(50);
        TopK.Random([.. rows.Reverse()], 50, seed: 1).Select(s => s.Index).ShouldBe(draw);
        TopK.Random(rows, 50, seed: 2).Select(s => s.Index).ShouldNotBe(draw);
        Should.Throw<AttributionException>(() => TopK.Random(rows, 1001, 1)).Code.ShouldBe(ErrorCodes.TopKInvalid);
        Should.Throw<AttributionException>(() => TopK.Random(rows, 0, 1)).Property.ShouldBe("TopK");
    }

    [Fact]
    public void What_cannot_be_compared_is_said()
    {
        Should.Throw<AttributionException>(() => ScoringMethods.Parse("cosine")).Message.ShouldContain("cos_sim_debias_eval");
        Should.Throw<AttributionException>(() => RowScorer.From(ScoringMethod.CosSimDebiasEval,
            new MemoryVectors([[1f]]))).Code.ShouldBe(ErrorCodes.ControlVectorsMissing);
        Should.Throw<AttributionException>(() => RowScorer.From(ScoringMethod.CosSim, new MemoryVectors([[float.NaN]]))).Code.ShouldBe(ErrorCodes.NoVectors);
        var widths = Should.Throw<AttributionException>(() =>
            RowScorer.From(ScoringMethod.CosSim, new MemoryVectors([[1f, 2f]])).Score(new MemoryVectors([[1f]])));
        widths.Code.ShouldBe(ErrorCodes.VectorWidths);
        var scorer = RowScorer.From(ScoringMethod.CosSim, new MemoryVectors([[1f, 0f], [float.NaN, 1f]]));
        (scorer.RowCount, scorer.SkippedCount).ShouldBe((1, 1));
    }

    [Theory]
    [InlineData(ScoringMethod.CosSim)]
    [InlineData(ScoringMethod.Proj)]
    [InlineData(ScoringMethod.DotProduct)]
    [InlineData(ScoringMethod.CosSimDebiasTrain)]
    public void Evaluation_vectors_that_are_zero_or_cancel_out_give_an_error_and_no_ranking(ScoringMethod method)
    {
        foreach (var vectors in (float[][][])[[[0, 0], [0, 0]], [[1, 2], [-1, -2]]])
            Should.Throw<AttributionException>(() => RowScorer.From(method, new MemoryVectors(vectors))).Code.ShouldBe(ErrorCodes.NoVectors);
        Should.Throw<AttributionException>(() => RowScorer.Along(method, [0, 0])).Code.ShouldBe(ErrorCodes.NoVectors);
        // Of single rows, those of zeros have no scores.
        RowScorer.OfEach(method, new MemoryVectors([[0, 0], [1, 2]])).Select(row => row.Index).ShouldBe([1]);
    }

    private static JsonElement Gold() =>
        JsonDocument.Parse(File.ReadAllText(SharedData.Find("models", "stories260k", "gold", "selection.json")!)).RootElement.GetProperty("case");

    private static void Compare(IReadOnlyList<ScoredRow> scores, JsonElement gold, int k)
    {
        var expected = gold.GetProperty("scores").EnumerateArray().Select(v => v.GetSingle()).ToArray();
        scores.Count.ShouldBe(expected.Length);
        for (var i = 0; i < expected.Length; i++)
            scores[i].Score.ShouldBe(expected[i], 1e-5f * Math.Max(1, Math.Abs(expected[i])));
        TopK.Select(scores, k).Select(s => s.Index).ShouldBe(gold.GetProperty("topk").EnumerateArray().Select(v => v.GetInt64()));
    }

    private static MemoryVectors Rows(JsonElement rows) => new([.. rows.EnumerateArray().Select(r => r.EnumerateArray().Select(v => v.GetSingle()).ToArray())]);
}
