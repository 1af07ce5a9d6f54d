using System.Text;
using Attribution.Reporting.ContextAttribution;

namespace Attribution.Reporting.Page;

/// <summary>The page as a single file that loads nothing else.</summary>
/// <remarks>
/// Charts are tables with shades, and SVG drawn here and by the page's script (<c>charts.js</c>). <c>docs/replacements.md</c> explains why no library is used.
/// </remarks>
internal static class ReportPage
{
    private static readonly string[] Scripts = ["page.js", "theme.js", "charts.js", "curves.js", "run-charts.js", "run-texts.js", "runs.js", "report.js"];
    private static readonly string Style = PageFile.Read("report.css");
    private static readonly string Script = string.Concat(Scripts.Select(PageFile.Read));

    /// <summary>Renders the page.</summary>
    /// <param name="report">The report.</param>
    /// <param name="data">The same as JSON, by name.</param>
    public static string Render(ExperimentReport report, IReadOnlyDictionary<string, string> data)
    {
        var (word, tone) = SummarySection.Word(report.Snapshot);
        // Only a page with shaded contexts includes what these need.
        var (style, scripts) = report.Context is null
            ? (Style, new[] { Script }) : (AttributedAnswerHtml.Style + Style, new[] { Script, AttributedAnswerHtml.Script });
        Html[] sections =
        [
            new AnswerSection(report).Render(), ContextSection.Of(report.Context), new ResultsSection(report).Render(), CurvesSection.Of(report),
            GroundTruthSection.Of(report), RunsSection.Of(report), AgreementSection.Of(report), SummarySection.Of(report), StagesSection.Of(report),
            ProvenanceSection.Of(report, data.Keys),
        ];
        var page = Html.Of($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            {ContentPolicy.Of(style, scripts)}
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{report.Experiment.Name}: attribution report</title>
            <style>{new Html(style)}</style>
            </head>
            <body>
            <a class="skip" href="#main">Skip to the results</a>
            <header><div><p class="kind">Attribution report</p><h1>{report.Experiment.Name} <a class="pill {tone}" href="#experiment">{word}</a></h1></div>
            <nav aria-label="Sections">{Links(sections)}</nav>
            <button type="button" id="theme" hidden>Theme</button></header>
            <main id="main">
            {sections}
            </main>
            <footer><p>Written by <code>dotnet build</code>. The files it was made from lie beside it.</p></footer>

            """);
        var whole = new StringBuilder(page.Markup);
        // JSON with escaped < and & cannot end its element, whatever its texts contain.
        foreach (var (name, json) in data)
            whole.Append($"""<script type="application/json" id="data-{name}">""").Append(json).Append("</script>\n");
        foreach (var script in scripts)
            whole.Append("<script>").Append(script).Append("</script>\n");
        return whole.Append("</body>\n</html>\n").ToString();
    }

    private static IEnumerable<Html> Links(Html[] sections) =>
        new[]
        {
            ("answer", "Answer"), ("context", "Context"), ("results", "Results"), ("curves", "Curves"), ("ground-truth", "Ground truth"), ("runs", "Runs"),
            ("agreement", "Agreement"), ("experiment", "Experiment"), ("stages", "Stages"), ("provenance", "Provenance")
        }
            .Where(link => sections.Any(s => s.Markup.Contains($"<section id=\"{link.Item1}\"", StringComparison.Ordinal)))
            .Select(link => Html.Of($"""<a href="#{link.Item1}">{link.Item2}</a>"""));
}
