namespace Attribution.ContextAttribution;

/// <summary>Probabilities as logits <c>l = log p - log(1 - p)</c>, in float64: p itself rounds to 0 or 1 if a model is certain.</summary>
internal static class LogOdds
{
    /// <summary>
    /// The logit <c>log P - log(1 - P)</c> of <c>P = prod_t p_t</c>. With <c>x_t = exp(-l_t) = 1 / p_t - 1</c> it is <c>-log z</c>, <c>z = prod_t (1 + x_t) -
    /// 1</c>, which grows by <c>z + x + z x</c>: only positive terms, so nothing cancels near P = 1 or P = 0.
    /// </summary>
    public static double OfProduct(ReadOnlySpan<double> logits)
    {
        var z = double.NegativeInfinity; // its logarithm
        foreach (var logit in logits)
            z = AddExponentials(AddExponentials(z, -logit), z - logit);
        return -z;
    }

    /// <summary><c>log p = -log(1 + exp(-l))</c>.</summary>
    public static double LogProbability(double logit) => -AddExponentials(0, -logit);

    // log(exp(a) + exp(b))
    private static double AddExponentials(double a, double b)
    {
        var (high, low) = a > b ? (a, b) : (b, a);
        return double.IsNegativeInfinity(low) ? high : high + Math.Log(1 + Math.Exp(low - high));
    }
}
