using System.Text;
using Attribution.Reporting.Page;

namespace Attribution.Reporting;

/// <summary>The files of a report: <c>report.html</c>, and its data as <c>report/*.json</c>.</summary>
internal static class ReportFiles
{
    /// <summary>The page's path below <c>out/</c>.</summary>
    public const string PageFile = "report.html";

    /// <summary>The greatest size of a page, as far as leaving out rows and cutting texts can achieve it.</summary>
    public const int MostBytes = 1_900_000;

    /// <summary>The files' texts by their paths below <c>out/</c>. Equal reports give equal bytes.</summary>
    /// <param name="report">The complete report; the files contain as much of its texts as fits into <see cref="MostBytes"/>.</param>
    public static IReadOnlyDictionary<string, string> Of(ExperimentReport report)
    {
        foreach (var limits in ReportLimits.Ladder)
        {
            var shown = limits.Apply(report);
            var data = ReportData.Of(shown);
            // Cheaper to compute than the page, and never larger.
            if (limits != ReportLimits.Ladder[^1] && data.Values.Sum(Encoding.UTF8.GetByteCount) > MostBytes)
                continue;
            var page = ReportPage.Render(shown, data);
            if (limits == ReportLimits.Ladder[^1] || Encoding.UTF8.GetByteCount(page) <= MostBytes)
                return data.ToDictionary(d => $"report/{d.Key}.json", d => d.Value).Append(KeyValuePair.Create(PageFile, page)).ToDictionary();
        }
        throw new InvalidOperationException("the last limits are always taken");
    }
}
