using Attribution.Evaluation.Statistics;
using Attribution.Models;

namespace Attribution.Tests.Evaluation;

public sealed class BootstrapTests
{
    [Fact]
    public void A_mean_has_the_interval_of_its_standard_error()
    {
        double[] values = [.. Enumerable.Range(0, 400).Select(i => (double)(i % 2))];
        var interval = Bootstrap.Mean(values);
        // The standard error of 400 fair coins is 0.025.
        interval.Estimate.ShouldBe(0.5);
        interval.Lower.ShouldBe(0.5 - 1.96 * 0.025, 0.003);
        interval.Upper.ShouldBe(0.5 + 1.96 * 0.025, 0.003);
        Bootstrap.Mean(values).ShouldBe(interval, "the draws have a seed");
    }

    [Fact]
    public void What_two_methods_share_drops_out_of_their_difference()
    {
        var random = SeededRandom.Named(0, "shared");
        double[] shared = [.. Enumerable.Range(0, 60).Select(_ => 10 * random.NextDouble())];
        double[] second = [.. shared.Select(value => value + 0.2 + 0.1 * random.NextDouble())];
        Bootstrap.MeanDifference(second, shared).ExcludesZero.ShouldBeTrue();
        var (one, other) = (Bootstrap.Mean(shared), Bootstrap.Mean(second));
        other.Lower.ShouldBeLessThan(one.Upper, "by themselves they overlap");
        Bootstrap.MeanDifference(shared, shared).ExcludesZero.ShouldBeFalse();
    }

    [Fact]
    public void Too_few_values_have_no_interval()
    {
        Bootstrap.Mean([3.0]).ShouldBe(new Interval(3, double.NaN, double.NaN));
        double.IsNaN(Bootstrap.Mean([]).Estimate).ShouldBeTrue();
        Bootstrap.Mean([3.0]).ExcludesZero.ShouldBeFalse();
        Should.Throw<ArgumentException>(() => Bootstrap.MeanDifference([1, 2], [1]));
    }

    [Fact]
    public void A_draw_without_a_statistic_is_left_out()
    {
        double[] values = [1, 2, 3];
        var interval = Bootstrap.Of(3, drawn => drawn.Distinct().Count() == 1 ? double.NaN : drawn.Average(i => values[i]));
        interval.Lower.ShouldBeInRange(4 / 3.0, 2);
        interval.Upper.ShouldBeInRange(2, 8 / 3.0);
    }
}
