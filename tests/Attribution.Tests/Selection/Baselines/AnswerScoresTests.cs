using Attribution.Models;
using Attribution.Selection.Baselines;
using Attribution.Tests.Models;

namespace Attribution.Tests.Selection.Baselines;

public sealed class AnswerScoresTests
{
    [Fact]
    public void A_loss_is_the_mean_of_the_answers_tokens_by_plain_loops_and_depends_on_no_other_row()
    {
        using var files = TinyCheckpoint.Of("llama3");
        using var model = files.Load();
        TokenSequence[] rows = [.. TinyModel.Conversations(5).Select(s => s with { Ids = [.. s.Ids.Select(id => id % 23)] })];
        var losses = AnswerScores.Losses(model.Transformer, rows);
        foreach (var (i, row) in rows.Index())
        {
            var logits = files.Naive.Logits(files.Naive.Streams(row.Ids)[^1]);
            var kept = Enumerable.Range(1, row.Length - 1).Where(t => row.Keep[t]).ToArray();
            ((double)losses[i]).ShouldBe(kept.Average(t => Math.Log(logits[t - 1].Sum(Math.Exp)) - logits[t - 1][row.Ids[t]]), 1e-4);
        }
        // On a GPU rows of similar length share a pass.
        Math.Abs(AnswerScores.Losses(model.Transformer, [rows[3]])[0] - losses[3]).ShouldBeLessThanOrEqualTo(TestDevice.Name == "cpu" ? 0 : 1e-5f);
        AnswerScores.Losses(model.Transformer, [rows[0] with { Keep = new bool[rows[0].Length] }])[0].ShouldBe(float.NaN);
    }

    [Fact]
    public void A_length_is_the_number_of_the_answers_tokens_that_were_kept() =>
        AnswerScores.Lengths([new([1, 2, 3, 4], [false, true, true, false]), new([1, 2], [false, false]), new([1], [true])]).ShouldBe([2f, float.NaN, 1f]);
}
