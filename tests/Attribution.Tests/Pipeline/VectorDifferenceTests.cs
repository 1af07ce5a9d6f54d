using Attribution.Pipeline;

namespace Attribution.Tests.Pipeline;

public sealed class VectorDifferenceTests
{
    [Theory]
    [InlineData(new[] { 3f, 4, 0, 2 }, new[] { 3f, 4, 0, 2 }, 0, 0)]
    [InlineData(new[] { 3f, 4, 0, 2 }, new[] { 3f, 4, 0, 1 }, 1, 1)] // 1 of 1
    [InlineData(new[] { 3f, 4, 0, 1 }, new[] { 3f, 4, 0, 2 }, 1, 0.5)] // below what is stored
    [InlineData(new[] { 3f, 5, 0, 2 }, new[] { 3f, 4, 0, 2 }, 1, 0.2)] // 1 of 5
    [InlineData(new[] { float.NaN, 0, 0, 2 }, new[] { float.NaN, 9, 0, 2 }, 0, 0)] // no vector on both sides
    [InlineData(new[] { float.NaN, 0, 0, 2 }, new[] { 3f, 4, 0, 2 }, double.PositiveInfinity, double.PositiveInfinity)]
    [InlineData(new[] { 1f, 0, 0, 2 }, new[] { 0f, 0, 0, 2 }, 1, double.PositiveInfinity)]
    [InlineData(new[] { 1f, 0 }, new[] { 0f, 0, 0, 2 }, double.PositiveInfinity, double.PositiveInfinity)]
    public void A_difference_is_the_largest_of_two_rows(float[] computed, float[] stored, double absolute, double relative)
    {
        var difference = VectorDifference.Of(computed, stored, 2);
        ((float)difference.Absolute).ShouldBe((float)absolute);
        ((float)difference.Relative).ShouldBe((float)relative);
    }
}
