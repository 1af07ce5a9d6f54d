namespace Attribution.Reporting.Tests.Browser;

/// <summary>A theory that needs a browser and is skipped where there is none.</summary>
public sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public BrowserTheoryAttribute()
    {
        if (Chromium.Program is null)
            Skip = BrowserFactAttribute.Missing;
    }
}

/// <summary>A fact that needs a browser and is skipped where there is none.</summary>
public sealed class BrowserFactAttribute : FactAttribute
{
    internal const string Missing = "needs Chromium: install it, or name one with the environment variable CHROMIUM";

    public BrowserFactAttribute()
    {
        if (Chromium.Program is null)
            Skip = Missing;
    }
}
