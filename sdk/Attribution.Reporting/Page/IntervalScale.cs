using System.Globalization;

namespace Attribution.Reporting.Page;

/// <summary>
/// A common scale for the intervals of a table, so that they can be compared by eye: each is a line with a dot at the estimate, and 0 is marked.
/// </summary>
/// <param name="Lowest">The left end.</param>
/// <param name="Highest">The right end.</param>
internal readonly record struct IntervalScale(double Lowest, double Highest)
{
    private const int Width = 120, Height = 14, Margin = 4;

    /// <summary>The scale that contains 0 and all given intervals.</summary>
    public static IntervalScale Of(IEnumerable<ReportedDifference?> intervals)
    {
        double[] values = [0, .. intervals.OfType<ReportedDifference>().SelectMany(i => new[] { i.Difference, i.Lower, i.Upper }).OfType<double>()];
        return new(values.Min(), values.Max());
    }

    /// <summary>Draws an interval, whose numbers are to be shown beside it.</summary>
    public Html Draw(ReportedDifference interval)
    {
        var (zero, at) = (X(0), X(interval.Difference));
        var line = interval is { Lower: { } lower, Upper: { } upper } ? Html.Of($"<path class=\"whisker\" d=\"M{X(lower)} 4v6M{X(upper)} 4v6M{X(lower)} 7H{X(upper)}\"/>") : Html.None;
        return Html.Of($"<svg class=\"interval\" viewBox=\"0 0 {Width} {Height}\" aria-hidden=\"true\"><path class=\"zero\" d=\"M{zero} 0V{Height}\"/>{line}<circle class=\"dot\" cx=\"{at}\" cy=\"7\" r=\"3\"/></svg>");
    }

    private Html X(double value)
    {
        var share = Highest > Lowest ? (value - Lowest) / (Highest - Lowest) : 0.5;
        return new((Margin + share * (Width - 2 * Margin)).ToString("0.#", CultureInfo.InvariantCulture));
    }
}
