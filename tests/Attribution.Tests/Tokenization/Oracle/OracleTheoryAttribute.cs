namespace Attribution.Tests.Tokenization;

/// <summary>A theory that needs the oracle's npm packages and is skipped where npm is missing.</summary>
public sealed class OracleTheoryAttribute : TheoryAttribute
{
    public OracleTheoryAttribute()
    {
        if (!Oracle.IsAvailable)
            Skip = "needs node and npm";
    }
}
