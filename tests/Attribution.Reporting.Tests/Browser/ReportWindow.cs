using Microsoft.Playwright;

namespace Attribution.Reporting.Tests.Browser;

/// <summary>A window with the report, and all that went wrong or out of it.</summary>
public sealed class ReportWindow : IAsyncDisposable
{
    private readonly IBrowserContext _context;

    public ReportWindow(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) => Complaints.Add($"{message.Type}: {message.Text}");
        page.PageError += (_, error) => Complaints.Add(error);
        page.Dialog += (_, dialog) => Complaints.Add(dialog.Message);
        page.Request += (_, request) => Requests.Add(request.Url);
    }

    public IPage Page { get; }
    public List<string> Complaints { get; } = [];
    public List<string> Requests { get; } = [];

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
