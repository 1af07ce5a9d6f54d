using System.Text.Json.Nodes;
using Attribution.Evaluation.Statistics;
using Attribution.Pipeline;
using Attribution.Pipeline.Snapshots;
using Attribution.Pipeline.Verdicts;

namespace Attribution.Worker.Tests.Stages;

/// <summary>What is said of runs whose scores are known.</summary>
public sealed class RunVerdictsTests
{
    private const int Prompts = 24;

    [Fact]
    public void A_run_that_beats_random_and_the_second_on_the_other_half_is_the_best()
    {
        var verdict = Decide(Group("good", "a", (_, _) => 2), Group("fair", "a", (_, _) => 1), Group("random", null, (p, _) => p % 2 * 0.1));
        (verdict.Leader, verdict.Second, verdict.IsBest, verdict.Text).ShouldBe(("good", "fair", true, "best"));
        (verdict.Score, verdict.ScoreSd, verdict.Seeds, verdict.Prompts).ShouldBe((2, 0, 3, 12));
        verdict.OverSecond!.Difference.ShouldBe(1);
        verdict.OverRandom!.Lower!.Value.ShouldBeGreaterThan(1.9);
        verdict.OverRandom.Cells.ShouldBe(36);
    }

    [Fact]
    public void A_tie_with_random_crowns_nothing()
    {
        var verdict = Decide(Group("one", "a", (p, s) => (p + s) % 3), Group("other", "a", (p, s) => (p + s) % 3),
            Group("random", null, (p, s) => (p + s + 1) % 3));
        (verdict.Leader, verdict.IsBest, verdict.Text).ShouldBe(("one", false, "not told from random"));
    }

    [Fact]
    public void A_lead_that_the_seeds_do_not_agree_on_is_not_told_from_the_second()
    {
        // On every prompt the same; with one training much better, with another worse.
        double[] luck = [1.5, -0.4, 0.2];
        var verdict = Decide(Group("lucky", "a", (p, s) => 2 + luck[s] + (p % 2 * 0.1)), Group("steady", "a", (p, _) => 2 + (p % 2 * 0.1)),
            Group("random", null, (_, _) => -2));
        (verdict.Leader, verdict.IsBest, verdict.Text).ShouldBe(("lucky", false, "not told from the second"));
    }

    [Fact]
    public void A_leader_that_is_below_the_second_on_the_other_half_is_said_to_be_so()
    {
        var half = Names().Order(StringComparer.Ordinal).Take(Prompts / 2).ToHashSet();
        var verdict = Decide(new SeedGroup("lucky", [Run("m", "a")], [.. Names().Select(name => new ScoredCell(name, 0, half.Contains(name) ? 3 : 1))], []),
            Group("steady", "a", (_, _) => 2, seeds: 1), Group("random", null, (_, _) => 0, seeds: 1));
        (verdict.Leader, verdict.IsBest, verdict.Text).ShouldBe(("lucky", false, "worse than the second, few cells (12)"));
        verdict.OverSecond!.Difference.ShouldBe(-1);
    }

    [Fact]
    public void Runs_without_scores_on_a_half_lead_nothing_and_without_common_prompts_nothing_is_compared()
    {
        string[] names = [.. Names().Order(StringComparer.Ordinal)];
        var (first, other) = (names[..(Prompts / 2)], names[(Prompts / 2)..]);
        var verdict = Decide(Of("half", first, 3), Of("whole", names, 1), Random(names));
        (verdict.Leader, verdict.Score, verdict.Second, verdict.Text).ShouldBe(("whole", 1, null, "best, few cells (12)"));
        verdict.OverRandom!.Difference.ShouldBe(0.5);

        // No run has both halves: all prompts choose and measure, as where there is nothing to hold out.
        verdict = Decide(Of("half", first, 3), Of("rest", other, 1), Random(first));
        (verdict.Leader, verdict.Score, verdict.Prompts, verdict.Second, verdict.Text).ShouldBe(("half", 3, 0, null, "best, few cells (12)"));

        // Neither the draw at random nor the base model has a score where the leader is measured.
        verdict = Decide(Of("whole", names, 1), Random(first));
        (verdict.Score, verdict.Random, verdict.Before, verdict.OverRandom).ShouldBe((1, null, null, null));
        verdict.Text.ShouldBe("nothing to compare with, few cells (12)");

        static SeedGroup Of(string name, string[] prompts, double score) =>
            new(name, [Run("m", "a")], [.. prompts.Select(prompt => new ScoredCell(prompt, 0, score))], []);
        static SeedGroup Random(string[] prompts) =>
            new("random", [Run("random", null)], [.. prompts.Select(prompt => new ScoredCell(prompt, 0, 0.5))], []);
    }

    [Fact]
    public void Luck_on_the_half_that_chose_the_leader_does_not_count_for_its_score()
    {
        var half = Names().Order(StringComparer.Ordinal).Take(Prompts / 2).ToHashSet();
        var verdict = Decide(new SeedGroup("lucky", [Run("m", "a")], [.. Names().Select(name => new ScoredCell(name, 0, half.Contains(name) ? 3 : 0))], []),
            Group("steady", "a", (_, _) => 1, seeds: 1), Group("random", null, (_, _) => 0, seeds: 1));
        (verdict.Leader, verdict.Score, verdict.ScoreSd, verdict.IsBest).ShouldBe(("lucky", 0, null, false));
        verdict.Text.ShouldBe("not told from random, few cells (12)");
    }

    [Fact]
    public void A_run_below_random_is_said_to_be_so_and_few_cells_are_few()
    {
        var verdict = Decide(Group("bad", "a", (_, _) => 0, prompts: 6), Group("random", null, (_, _) => 1, prompts: 6));
        (verdict.Text, verdict.IsBest).ShouldBe(("worse than random, few cells (9)", false));
        verdict.Second.ShouldBeNull();
    }

    [Fact]
    public void Random_is_that_of_the_same_k_and_training()
    {
        var (few, many) = (Group("few", "a", (_, _) => 2, topK: 50), Group("many", "a", (_, _) => 1, topK: 100));
        var (fewRandom, manyRandom) = (Group("random few", null, (_, _) => 0, topK: 50), Group("random many", null, (_, _) => 1.5, topK: 100));
        SeedGroup[] all = [few, many, manyRandom, fewRandom];
        RunVerdicts.RandomOf(few, all).ShouldBe(fewRandom);
        RunVerdicts.RandomOf(many, all).ShouldBe(manyRandom);
        RunVerdicts.Of(all, ResultTable.Judged).ShouldHaveSingleItem().OverRandom!.Difference.ShouldBe(2);
    }

    [Fact]
    public void Without_prompts_the_seeds_are_all_there_is()
    {
        var verdict = Of(0.5, 0.75);
        (verdict.Prompts, verdict.Score, verdict.Seeds, verdict.Text).ShouldBe((0, 0.625, 2, "not told from random, few cells (2)"));
        Of(0.5, 0.75, 0.5).Text.ShouldBe("not told from random, few cells (3)", "three trainings agree in sign by chance in a quarter of all cases");
        Of(0.5, 0.5625, 0.5).Text.ShouldBe("best, few cells (3)");

        static Verdict Of(params double[] scores) => Decide(
            new SeedGroup("one", [Run("m", "a")], [.. scores.Select((score, seed) => new ScoredCell("", seed, score))], []),
            new SeedGroup("random", [Run("random", null)], [.. scores.Select((_, seed) => new ScoredCell("", seed, 0.25))], []));
    }

    private static Verdict Decide(params SeedGroup[] groups) => RunVerdicts.Of(groups, ResultTable.Judged).ShouldHaveSingleItem();

    private static SeedGroup Group(string name, string? selection, Func<int, int, double> score, int seeds = 3, int prompts = Prompts, int topK = 8) =>
        new(name, [.. Enumerable.Range(0, seeds).Select(_ => Run(selection is null ? "random" : "m", selection, topK))],
            [.. Names(prompts).Index().SelectMany(prompt => Enumerable.Range(0, seeds).Select(seed =>
                new ScoredCell(prompt.Item, seed, score(prompt.Index, seed))))], []);

    private static IEnumerable<string> Names(int prompts = Prompts) => Enumerable.Range(0, prompts).Select(i => $"{i * 7 % prompts:00}");

    private static RunMetrics Run(string attribution, string? selection, int topK = 8)
    {
        var settings = new Dictionary<string, JsonNode?> { ["train"] = "pool", ["eval"] = "kind", ["attribution"] = attribution, ["top_k"] = topK };
        if (selection is not null)
            settings["selection"] = selection;
        return new(settings, new Dictionary<string, double?>());
    }
}
