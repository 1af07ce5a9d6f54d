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

    /// <summary>An interval as a line, with its estimate and its ends as numbers beside it; a dash if there is none.</summary>
    /// <param name="interval">The interval.</param>
    /// <param name="estimate">Writes the estimate.</param>
    public Html Show(ReportedDifference? interval, Func<double, Html> estimate)
    {
        if (interval is null)
            return Html.Of($"–");
        var ends = interval is { Lower: { } lower, Upper: { } upper }
            ? Html.Of($""" <span class="quiet">[{lower:0.00;−0.00}, {upper:0.00;−0.00}]</span>""") : Html.None;
        return Html.Of($"""
            {Draw(interval)}<span class="difference">{estimate(interval.Difference)}{ends}</span>
            """);
    }

    private Html Draw(ReportedDifference interval)
    {
        var line = interval is { Lower: { } lower, Upper: { } upper }
            ? Html.Of($"""<path class="whisker" d="M{X(lower)} 4v6M{X(upper)} 4v6M{X(lower)} 7H{X(upper)}"/>""") : Html.None;
        return Html.Of($"""
            <svg class="interval" viewBox="0 0 {Width} {Height}" aria-hidden="true">
            <path class="zero" d="M{X(0)} 0V{Height}"/>
            {line}
            <circle class="dot" cx="{X(interval.Difference)}" cy="7" r="3"/>
            </svg>
            """);
    }

    private Html X(double value)
    {
        var share = Highest > Lowest ? (value - Lowest) / (Highest - Lowest) : 0.5;
        return new((Margin + share * (Width - 2 * Margin)).ToString("0.#", CultureInfo.InvariantCulture));
    }
}
