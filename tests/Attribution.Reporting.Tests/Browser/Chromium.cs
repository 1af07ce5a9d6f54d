using Microsoft.Playwright;

namespace Attribution.Reporting.Tests.Browser;

/// <summary>A browser with the sample report, started once for all tests.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private readonly TemporaryFolder _folder = new();
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The program, or null if there is none.</summary>
    public static string? Program { get; } = Environment.GetEnvironmentVariable("CHROMIUM") is { Length: > 0 } named
        ? named
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).SelectMany(_ => Names, Path.Combine).FirstOrDefault(File.Exists);

    /// <summary>The report's address.</summary>
    public string Address => new Uri(_folder["report.html"]).AbsoluteUri;

    /// <summary>That of a report of context attribution.</summary>
    public string ContextAddress => new Uri(_folder["context/report.html"]).AbsoluteUri;

    /// <summary>That of a report with seeds, axes and ground truth.</summary>
    public string SweepAddress => new Uri(_folder["sweep/report.html"]).AbsoluteUri;

    /// <summary>That of a page over several experiments.</summary>
    public string OverviewAddress => new Uri(_folder["experiments.html"]).AbsoluteUri;

    public async Task InitializeAsync()
    {
        _folder.Write("experiments.html", SampleOverview.Page());
        foreach (var (path, text) in ReportFiles.Of(SampleSweep.Create()))
            _folder.Write(Path.Combine("sweep", path), text);
        foreach (var (path, text) in ReportFiles.Of(SampleReport.Create()))
            _folder.Write(path, text);
        foreach (var (path, text) in ReportFiles.Of(SampleReport.CreateInContext()))
            _folder.Write(Path.Combine("context", path), text);
        if (Program is null)
            return;
        _playwright = await Playwright.CreateAsync();
        // Root may not use the sandbox; the page is our own.
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = ["--no-sandbox", "--disable-gpu"] });
    }

    /// <summary>Opens the report in a window of its own.</summary>
    /// <param name="width">Its width in pixels.</param>
    /// <param name="height">Its height.</param>
    /// <param name="scheme">What the system prefers.</param>
    /// <param name="address">What to open; the report of a selection if null.</param>
    /// <param name="prepare">What to do with the window before.</param>
    public async Task<ReportWindow> OpenAsync(int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light, string? address = null,
        Func<IPage, Task>? prepare = null)
    {
        var context = await _browser!.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce
        });
        var window = new ReportWindow(context, await context.NewPageAsync());
        if (prepare is not null)
            await prepare(window.Page);
        await window.Page.GotoAsync(address ?? Address);
        return window;
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        _folder.Dispose();
    }
}
