using Attribution.Evaluation.Statistics;

namespace Attribution.Tests.Evaluation;

public sealed class ShareIntervalTests
{
    /// <summary>Where the share lies 1.96 of its own standard errors from the ends: Wilson's definition, solved by bisection.</summary>
    [Theory]
    [InlineData(0, 20)]
    [InlineData(1, 20)]
    [InlineData(18, 20)]
    [InlineData(50, 100)]
    [InlineData(3, 3)]
    public void The_ends_are_the_shares_that_are_just_not_refuted(int successes, int trials)
    {
        var share = (double)successes / trials;
        var interval = ShareInterval.Of(share, trials);
        interval.Estimate.ShouldBe(share);
        interval.Lower.ShouldBe(successes == 0 ? 0 : End(0, share), 1e-9);
        interval.Upper.ShouldBe(successes == trials ? 1 : End(1, share), 1e-9);

        double End(double refuted, double held)
        {
            for (var step = 0; step < 100; step++)
            {
                var middle = (refuted + held) / 2;
                if (Math.Abs(share - middle) > 1.959963985 * Math.Sqrt(middle * (1 - middle) / trials))
                    refuted = middle;
                else
                    held = middle;
            }
            return held;
        }
    }
}
