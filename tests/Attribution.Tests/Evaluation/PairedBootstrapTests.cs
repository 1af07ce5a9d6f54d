using Attribution.Evaluation.Statistics;
using Attribution.Models;

namespace Attribution.Tests.Evaluation;

public sealed class PairedBootstrapTests
{
    private const int Draws = 1000, Resamples = 1000;

    [Theory]
    [InlineData(24, 3, 1, 0, 0)]
    [InlineData(24, 3, 1, 0.5, 0)]
    [InlineData(24, 3, 1, 0.5, 0.2)]
    [InlineData(24, 3, 1, 0.5, 0.5)]
    [InlineData(12, 3, 1, 0.5, 0.5)]
    [InlineData(24, 5, 1, 0.5, 0.5)]
    [InlineData(12, 5, 1, 0, 0)]
    [InlineData(12, 5, 1, 0.5, 0.2)]
    [InlineData(12, 3, 1, 0, 0)]
    public void The_interval_holds_a_known_difference(int prompts, int seeds, double cell, double prompt, double seed)
    {
        var (held, plain, random) = (0, 0, SeededRandom.Named(0, "synthetic scores"));
        for (var draw = 0; draw < Draws; draw++)
        {
            var (first, second) = Scores(ref random, prompts, seeds, cell, prompt, seed);
            var interval = PairedBootstrap.Difference(first, second, Resamples, draw).Interval;
            held += interval.Lower <= 0.3 && 0.3 <= interval.Upper ? 1 : 0;
            var naive = Bootstrap.MeanDifference([.. first.Select(c => c.Score)], [.. second.Select(c => c.Score)], Resamples, draw);
            plain += naive.Lower <= 0.3 && 0.3 <= naive.Upper ? 1 : 0;
        }
        File.AppendAllText("/tmp/cover.txt", $"{prompts} {seeds} {cell} {prompt} {seed}: {held} plain {plain}\n");
    }

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
                var shared = 10 * random.NextDouble();
                second.Add(new($"{p}", s, shared));
                first.Add(new($"{p}", s, shared + 0.3 + ofPrompt + ofSeed[s] + (cell * Normal(ref random))));
            }
        }
        return ([.. first], [.. second]);
    }

    private static double Normal(ref SeededRandom random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
