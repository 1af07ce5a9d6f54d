using Attribution.Evaluation.Statistics;
using Attribution.Models;

namespace Attribution.Tests.Evaluation;

public sealed class PairedBootstrapTests
{
    private const double Known = 0.3;
    private const int Samples = 1000, Draws = 400;

    /// <summary>Scores whose difference is known: cells vary, prompts differ in how much, and a training moves all cells of its seed.</summary>
    [Theory]
    [InlineData(12, 5, 1, 0, 0)]
    [InlineData(24, 3, 1, 0.5, 0)]
    [InlineData(24, 3, 1, 0.5, 0.2)]
    [InlineData(24, 3, 1, 0.5, 0.5)]
    [InlineData(24, 5, 1, 0.5, 0.5)]
    public void The_interval_holds_a_known_difference_in_93_to_97_percent(int prompts, int seeds, double cell, double prompt, double seed)
    {
        var random = SeededRandom.Named(0, "synthetic scores");
        var held = 0;
        for (var sample = 0; sample < Samples; sample++)
        {
            var (first, second) = Scores(ref random, prompts, seeds, cell, prompt, seed);
            held += Holds(PairedBootstrap.Difference(first, second, Draws, sample).Interval) ? 1 : 0;
        }
        ((double)held / Samples).ShouldBeInRange(0.93, 0.97);
    }

    [Fact]
    public void Cells_drawn_as_if_a_training_did_not_move_them_together_would_say_too_much()
    {
        var random = SeededRandom.Named(0, "synthetic scores");
        var held = 0;
        for (var sample = 0; sample < Samples; sample++)
        {
            var (first, second) = Scores(ref random, 24, 3, 1, 0.5, 0.5);
            held += Holds(Bootstrap.MeanDifference([.. first.Select(c => c.Score)], [.. second.Select(c => c.Score)], Draws, sample)) ? 1 : 0;
        }
        ((double)held / Samples).ShouldBeLessThan(0.7);
    }

    [Fact]
    public void Of_one_seed_it_is_the_bootstrap_over_prompts()
    {
        var random = SeededRandom.Named(1, "synthetic scores");
        var (first, second) = Scores(ref random, 24, 1, 1, 0.5, 0);
        var found = PairedBootstrap.Difference(first, second);
        found.Interval.ShouldBe(Bootstrap.MeanDifference([.. first.Select(c => c.Score)], [.. second.Select(c => c.Score)]));
        (found.Cells, found.Seeds, found.IsFew).ShouldBe((24, 1, false));
    }

    [Fact]
    public void Cells_are_paired_by_prompt_and_seed_and_what_one_method_lacks_is_left_out()
    {
        ScoredCell[] first = [new("a", 0, 2), new("b", 0, 3), new("a", 1, 1), new("only", 0, 100)], second = [new("b", 0, 1), new("a", 1, 1), new("a", 0, 0)];
        var found = PairedBootstrap.Difference(first, second);
        (found.Cells, found.Seeds, found.IsFew).ShouldBe((3, 2, true));
        found.Interval.Estimate.ShouldBe(4 / 3.0, 1e-12);
        PairedBootstrap.Difference(first, second).ShouldBe(found, "the draws have a seed");
        PairedBootstrap.Difference(first, []).IsTold.ShouldBeFalse();
    }

    private static bool Holds(Interval interval) => interval.Lower <= Known && Known <= interval.Upper;

    private static (ScoredCell[] First, ScoredCell[] Second) Scores(ref SeededRandom random, int prompts, int seeds, double cell, double prompt, double seed)
    {
        var ofSeed = new double[seeds];
        for (var s = 0; s < seeds; s++)
            ofSeed[s] = seed * Normal(ref random);
        var (first, second) = (new List<ScoredCell>(), new List<ScoredCell>());
        for (var p = 0; p < prompts; p++)
        {
            var ofPrompt = prompt * Normal(ref random);
            for (var s = 0; s < seeds; s++)
            {
                // What both methods share drops out.
                var shared = 10 * random.NextDouble();
                second.Add(new($"{p}", s, shared));
                first.Add(new($"{p}", s, shared + Known + ofPrompt + ofSeed[s] + (cell * Normal(ref random))));
            }
        }
        return ([.. first], [.. second]);
    }

    private static double Normal(ref SeededRandom random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
