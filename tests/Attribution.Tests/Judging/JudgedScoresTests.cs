using Attribution.Diagnostics;
using Attribution.Judging;

namespace Attribution.Tests.Judging;

public sealed class JudgedScoresTests
{
    private static readonly JudgeScale Empathy = JudgeScale.Of("empathy");

    [Fact]
    public void Mean_and_shares_count_judged_answers_only()
    {
        var scores = JudgedScores.Of(Empathy, [Scored(0), Scored(3), new Verdict(null, "unreadable"), Scored(3), Scored(1)]);

        scores.Mean.ShouldBe(7.0 / 4);
        Enumerable.Range(0, 4).Select(scores.Share).ShouldBe([0.25, 0.25, 0, 0.5]);
        scores.UnjudgedShare.ShouldBe(1.0 / 5);
    }

    [Fact]
    public void Without_a_judged_answer_there_is_no_mean()
    {
        var scores = JudgedScores.Of(Empathy, [new Verdict(null, "unreadable")]);

        scores.Mean.ShouldBe(double.NaN);
        scores.UnjudgedShare.ShouldBe(1);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    public void A_score_off_the_scale_is_the_judges_error(int score)
    {
        var error = Should.Throw<AttributionException>(() => JudgedScores.Of(Empathy, [Scored(2), Scored(score)]));

        error.Code.ShouldBe(ErrorCodes.ScoreOffScale);
        error.Row.ShouldBe(1);
    }

    [Fact]
    public void An_unknown_trait_is_an_error_that_lists_the_known()
    {
        var error = Should.Throw<AttributionException>(() => JudgeScale.Of("charm"));

        error.Code.ShouldBe(ErrorCodes.UnknownTrait);
        error.Message.ShouldContain("medical_consistency");
    }

    private static Verdict Scored(int score) => new(score, "");
}
