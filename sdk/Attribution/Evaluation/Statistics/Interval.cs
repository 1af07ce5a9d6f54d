namespace Attribution.Evaluation.Statistics;

/// <summary>An estimate and the interval that holds the true value with a probability of <see cref="Bootstrap.Level"/>.</summary>
/// <param name="Estimate">The estimate; NaN of no values.</param>
/// <param name="Lower">The lower end; NaN where there are fewer than two values to draw from.</param>
/// <param name="Upper">The upper end; NaN where there are fewer than two values to draw from.</param>
public readonly record struct Interval(double Estimate, double Lower, double Upper)
{
    /// <summary>Whether the interval is known and lies on one side of 0 alone: a difference of this kind is told apart from none.</summary>
    public bool ExcludesZero => Lower > 0 || Upper < 0;
}
