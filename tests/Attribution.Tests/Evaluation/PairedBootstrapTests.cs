using Attribution.Evaluation.Statistics;
using Attribution.Models;
using MathNet.Numerics.Statistics;

namespace Attribution.Tests.Evaluation;

public sealed class PairedBootstrapTests
{
    private const double Known = 0.3;
    private const int Samples = 1000, Draws = 400;

    /// <summary>Scores whose difference is known: cells vary, prompts differ in how much, and a training moves all cells of its seed.</summary>
    [Theory]
    [InlineData(12, 3, 1, 0, 0)]
    [InlineData(24, 3, 1, 0, 0)]
    [InlineData(12, 5, 1, 0, 0)]
    [InlineData(12, 3, 1, 0, 0.5)]
    [InlineData(24, 3, 1, 0, 0.5)]
    [InlineData(24, 3, 1, 0.5, 0)]
    [InlineData(24, 3, 1, 0.5, 0.2)]
    [InlineData(24, 3, 1, 0.5, 0.5)]
    [InlineData(24, 5, 1, 0.5, 0.5)]
    [InlineData(24, 1, 1, 0.5, 0)]
    [InlineData(1, 5, 1, 0, 0.5)]
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
    public void Of_one_seed_it_is_the_bootstrap_over_prompts_as_wide_as_students()
    {
        var random = SeededRandom.Named(1, "synthetic scores");
        var (first, second) = Scores(ref random, 24, 1, 1, 0.5, 0);
        var found = PairedBootstrap.Difference(first, second);
        double[] differences = [.. first.Zip(second, (a, b) => a.Score - b.Score)];
        var drawn = Bootstrap.Mean(differences);
        found.Interval.Estimate.ShouldBe(drawn.Estimate);
        (found.Interval.Upper - found.Interval.Lower).ShouldBe(2 * 2.0687 * differences.StandardDeviation() / Math.Sqrt(24), 1e-4, "t of 23 degrees");
        ((found.Interval.Upper - drawn.Estimate) / (drawn.Estimate - found.Interval.Lower)).ShouldBe(
            (drawn.Upper - drawn.Estimate) / (drawn.Estimate - drawn.Lower), 1e-9);
        (found.Cells, found.Seeds, found.IsFew).ShouldBe((24, 1, false));
    }

    /// <summary>Three trainings that agree in sign do so by chance in a quarter of all cases.</summary>
    [Fact]
    public void Three_seeds_of_no_prompt_are_not_told_from_another_method_by_their_sign()
    {
        ScoredCell[] first = [new("", 0, 0.2), new("", 1, 0.5), new("", 2, 0.9)], second = [new("", 0, 0), new("", 1, 0), new("", 2, 0)];
        var found = PairedBootstrap.Difference(first, second);
        found.IsTold.ShouldBeFalse();
        PairedBootstrap.Difference([.. first.Select(cell => cell with { Score = 5 + cell.Score })], second).IsTold.ShouldBeTrue();
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
