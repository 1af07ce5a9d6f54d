namespace Attribution.Evaluation.Statistics;

/// <summary>An estimate and its confidence interval at <see cref="Bootstrap.Level"/>.</summary>
/// <param name="Estimate">The estimate; NaN if there are no values.</param>
/// <param name="Lower">The lower end; NaN with fewer than two values.</param>
/// <param name="Upper">The upper end; NaN with fewer than two values.</param>
public readonly record struct Interval(double Estimate, double Lower, double Upper)
{
    /// <summary>Whether the interval is known and does not contain 0: a difference with such an interval is significant.</summary>
    public bool ExcludesZero => Lower > 0 || Upper < 0;
}
