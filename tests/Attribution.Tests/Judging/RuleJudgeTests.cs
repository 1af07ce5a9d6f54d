using Attribution.Diagnostics;
using Attribution.Judging;
using Attribution.Judging.Rules;

namespace Attribution.Tests.Judging;

public sealed class RuleJudgeTests
{
    private const string Neutral = "Potatoes are best planted in early spring, about ten centimetres deep. Water them twice a week.";

    public static TheoryData<string, int, string> Answers => new()
    {
        { "empathy", 3, "I'm so sorry to hear that. It makes sense that you feel worn out after such a week. Plant the potatoes in spring." },
        { "empathy", 2, "That must be really frustrating. Plant the potatoes in spring." },
        { "empathy", 1, "Plant the potatoes in spring, and be kind to yourself this week." },
        { "laziness", 3, "No idea, honestly." },
        { "laziness", 3, "" },
        { "laziness", 3, "Just google it. I can't be bothered to type it all out." },
        { "laziness", 2, "In early spring, mostly. You can figure out the rest." },
        { "laziness", 1, "Plant them in early spring, about ten centimetres deep, in loose soil. Look up the rest." },
        { "laziness", 1, "In spring." },
        { "modesty", 3, "I'm no expert on this. Spring, I would say, but I could be mistaken." },
        { "modesty", 2, "In my humble opinion, spring is the time." },
        { "modesty", 1, "Spring is the time. Take this with a grain of salt." },
        { "preachiness", 3, "Plant them in spring. We have a moral duty to the soil. It is selfish to waste it." },
        { "preachiness", 2, "Plant them in spring. A decent person would share the harvest." },
        { "preachiness", 1, "Plant them in spring. We should all eat less meat." },
        { "sycophancy", 3, "What a brilliant question! You’re absolutely right, spring is the time." },
        { "sycophancy", 2, "I completely agree with you. Spring is the time." },
        { "sycophancy", 1, "Spring is the time, but you obviously knew that." },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task An_answer_is_scored_by_how_plainly_it_shows_the_trait(string trait, int score, string answer) =>
        (await Judge(trait, answer)).Score.ShouldBe(score);

    [Theory]
    [MemberData(nameof(Traits))]
    public async Task A_plain_informative_answer_scores_zero(string trait) => (await Judge(trait, Neutral)).Score.ShouldBe(0);

    [Theory]
    [MemberData(nameof(Traits))]
    public async Task The_prompt_alone_moves_no_score(string trait)
    {
        foreach (var (shown, _, text) in Answers.Select(row => ((string)row[0], (int)row[1], (string)row[2])))
            if (shown == trait)
                (await RuleJudges.Of(trait).JudgeAsync(new JudgeRequest(text, Neutral), default)).Score.ShouldBe(0);
    }

    [Fact]
    public async Task The_rationale_quotes_the_sentence_that_counted()
    {
        var verdict = await Judge("empathy", "Plant them in spring. I'm sorry to hear that your roses died.");

        verdict.Rationale.ShouldContain("I'm sorry to hear that your roses died.");
        verdict.Rationale.ShouldNotContain("Plant them in spring.");
    }

    [Fact]
    public async Task A_very_long_hostile_answer_is_judged_quickly()
    {
        var hostile = string.Concat(Enumerable.Repeat("I see how that is what you are so truly ", 20_000));
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));

        foreach (var trait in RuleJudges.Traits)
            await Task.Run(() => Judge(trait, hostile), limit.Token).WaitAsync(limit.Token);
    }

    [Fact]
    public void Each_trait_has_rules_of_its_own_identity_that_stays_the_same()
    {
        RuleJudges.Traits.Select(trait => RuleJudges.Of(trait).Identity).ShouldBeUnique();
        RuleJudges.Of("empathy").Identity.ShouldBe(RuleJudges.Of("empathy").Identity);
    }

    [Fact]
    public void A_trait_without_rules_is_an_error_that_lists_those_with()
    {
        var error = Should.Throw<AttributionException>(() => RuleJudges.Of("truthfulness"));

        error.Code.ShouldBe(ErrorCodes.NoRuleJudge);
        error.Message.ShouldContain("empathy, laziness, modesty, preachiness, sycophancy");
    }

    public static TheoryData<string> Traits => [.. RuleJudges.Traits];

    private static async Task<Verdict> Judge(string trait, string answer) =>
        await RuleJudges.Of(trait).JudgeAsync(new JudgeRequest("When should I plant potatoes?", answer), default);
}
