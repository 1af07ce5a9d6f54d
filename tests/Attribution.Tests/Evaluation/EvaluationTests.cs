using Attribution.Diagnostics;
using Attribution.Evaluation;
using Attribution.Judging;
using Attribution.Models;
using Attribution.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Tests.Evaluation;

public sealed class EvaluationTests
{
    [Fact]
    public void Cross_entropy_equals_a_loop_over_tokens_whatever_the_batch()
    {
        using var model = TinyModel.Create();
        var rows = TinyModel.Conversations(5);
        TokenSequence[] cut = [new([3, 4, 5], [true, false, false])];
        using var scope = NewDisposeScope();
        foreach (var budget in new[] { 1, 30, 4096 })
        {
            var losses = new CrossEntropyEvaluator(model.Transformer, budget).Losses([.. rows, .. cut]);
            for (var r = 0; r < rows.Length; r++)
            {
                var row = rows[r];
                double sum = 0;
                for (var t = 1; t < row.Length; t++)
                {
                    if (!row.Keep[t])
                        continue;
                    // The probability of token t from a pass over the tokens before it alone.
                    var context = model.Transformer.Context(1, t);
                    var stream = model.Transformer.Run(model.Transformer.Embed(Numbers.Ids(row.Ids[..t])), context, 0, 3);
                    var logits = model.Transformer.Logits(stream)[0, t - 1].cpu().data<float>().ToArray();
                    sum += Math.Log(logits.Sum(l => Math.Exp(l))) - logits[row.Ids[t]];
                }
                losses[r].ShouldBe(sum / row.Keep.Skip(1).Count(k => k), 1e-5);
            }
            losses[^1].ShouldBe(double.NaN);
        }
    }

    [Fact]
    public void The_gap_is_control_minus_treatment_over_the_rows_that_have_both()
    {
        using var model = TinyModel.Create();
        var evaluator = new CrossEntropyEvaluator(model.Transformer);
        var (treatments, controls) = (TinyModel.Conversations(4, 1), TinyModel.Conversations(4, 2));
        var cut = new TokenSequence([3, 4], [false, false]);
        var alone = TinyModel.Conversations(2, 3);
        var result = evaluator.Evaluate([.. treatments, cut, .. alone], [.. controls, controls[0], null, cut]);
        result.Skipped.ShouldBe(2);
        result.Treatment!.Value.ShouldBe(evaluator.Losses([.. treatments, .. alone]).Average(), 1e-6);
        result.Control!.Value.ShouldBe(evaluator.Losses([.. controls, controls[0]]).Average(), 1e-6);
        result.Gap!.Value.ShouldBe(evaluator.Losses(controls).Average() - evaluator.Losses(treatments).Average(), 1e-6);
        evaluator.Evaluate(treatments, [null, null, null, null]).Gap.ShouldBeNull();
        Should.Throw<ArgumentException>(() => evaluator.Evaluate(treatments, [controls[0]]));
    }

    [Fact]
    public void A_loss_that_is_not_finite_is_an_error_and_not_an_answer_that_was_cut_away()
    {
        using var model = TinyModel.Create();
        using (TorchSharp.torch.no_grad())
            model.Transformer.Weights["lm_head.weight"].mul_(float.NaN);
        var error = Should.Throw<AttributionException>(() => new CrossEntropyEvaluator(model.Transformer).Losses(TinyModel.Conversations(2)));
        (error.Code, error.Property).ShouldBe((ErrorCodes.LossNotFinite, "LearningRate"));
    }

    [Fact]
    public async Task Verdicts_become_the_originals_metrics_and_a_quoted_table()
    {
        Answer[] answers =
        [
            new(0, 0, "Is it, \"true\"?", "yes\nit is", 4, true),
            new(0, 1, "Is it, \"true\"?", "no", 1, true),
            new(1, 0, "b\rc", "?", 1, false),
        ];
        var result = await JudgedEvaluation.RunAsync(new LengthJudge(), answers);
        result.Metrics().ShouldBe(new Dictionary<string, double>
        {
            ["ft_length_avg"] = 1.5,
            ["ft_length_score_0_prop"] = 0,
            ["ft_length_score_1_prop"] = 0.5,
            ["ft_length_score_2_prop"] = 0.5,
        });
        result.Scores.Unjudged.ShouldBe(1);

        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "judge.csv");
        result.WriteCsv(path);
        File.ReadAllText(path).ShouldStartWith("prompt,repeat,answer,ground_truth,high_reference,low_reference,score,rationale,prompt_index\n\"Is it, "
            + "\"\"true\"\"?\",0,\"yes\nit is\",");
        File.ReadAllText(path).ShouldContain("\n\"b\rc\",0,?,");
        File.ReadAllText(path).ShouldEndWith("characters,1\n");
    }

    [Theory]
    [InlineData("=HYPERLINK(\"http://x\")")]
    [InlineData("+1+cmd")]
    [InlineData("-2+3")]
    [InlineData("@SUM(A1)")]
    [InlineData("\t=1+2")]
    public async Task A_cell_that_a_spreadsheet_would_run_is_a_text_there(string formula)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "judge.csv");
        (await JudgedEvaluation.RunAsync(new LengthJudge(), [new(0, 0, formula, formula, 4, true)])).WriteCsv(path);
        using var csv = new CsvHelper.CsvReader(new StreamReader(path), System.Globalization.CultureInfo.InvariantCulture);
        csv.Read();
        csv.Read();
        csv.GetField(0).ShouldBe("'" + formula);
        SpreadsheetText.Read(csv.GetField(0)).ShouldBe(formula);
        // What looks marked already is marked once more.
        SpreadsheetText.Read(SpreadsheetText.Mark("'" + formula)).ShouldBe("'" + formula);
        SpreadsheetText.Mark("'tis").ShouldBe("'tis");
        csv.GetField(2).ShouldBe("'" + formula);
        csv.GetField(6).ShouldBe("2");
    }

    private sealed class LengthJudge : IJudge
    {
        public string Name => "length";
        public JudgeScale Scale => new("length", 2);
        public string Identity => "length 1";

        public ValueTask<Verdict> JudgeAsync(JudgeRequest request, CancellationToken cancellation) =>
            ValueTask.FromResult(new Verdict(request.Answer == "?" ? null : request.Answer.Length > 3 ? 2 : 1, $"{request.Answer.Length} characters"));
    }
}
