namespace Attribution.Tests.Tokenization;

/// <summary>A fact that needs the oracle's npm packages and is skipped where npm is missing.</summary>
public sealed class OracleFactAttribute : FactAttribute
{
    public OracleFactAttribute()
    {
        if (!Oracle.IsAvailable)
            Skip = "needs node and npm";
    }
}
