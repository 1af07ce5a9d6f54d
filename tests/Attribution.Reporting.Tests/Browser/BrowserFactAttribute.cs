namespace Attribution.Reporting.Tests.Browser;

/// <summary>A fact that needs a browser and is skipped where there is none.</summary>
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (Chromium.Program is null)
            Skip = "needs Chromium: install it, or name one with the environment variable CHROMIUM";
    }
}
