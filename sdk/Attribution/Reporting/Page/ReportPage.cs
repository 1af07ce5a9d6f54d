using System.Security.Cryptography;
using System.Text;

namespace Attribution.Reporting.Page;

/// <summary>The page as one file that needs no other and asks for none.</summary>
/// <remarks>
/// Charts are tables with shades and SVG, drawn here and by the page's script. Of chart libraries, those on NuGet draw pictures that neither follow a theme
/// nor can be read aloud, and those of npm would make every build need npm for what comes to a few shapes.
/// </remarks>
internal static class ReportPage
{
    private static readonly string Style = Resource("report.css");
    private static readonly string Script = Resource("report.js");

    /// <summary>The names of the files below <c>out/report</c>.</summary>
    public static IEnumerable<string> FileNames => ReportData.Names.Select(name => name + ".json");

    /// <summary>The page.</summary>
    /// <param name="report">What to show.</param>
    /// <param name="data">The same as JSON, by name.</param>
    public static string Render(ExperimentReport report, IReadOnlyDictionary<string, string> data)
    {
        var (word, tone) = SummarySection.Word(report.Snapshot);
        Html[] sections =
        [
            SummarySection.Of(report), new ResultsSection(report).Render(), RunsSection.Of(report), AgreementSection.Of(report), StagesSection.Of(report), ProvenanceSection.Of(report),
        ];
        var page = Html.Of($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '{Hash(Style)}'; script-src '{Hash(Script)}'; base-uri 'none'; form-action 'none'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{report.Experiment.Name}: attribution report</title>
            <style>{new Html(Style)}</style>
            </head>
            <body>
            <a class="skip" href="#main">Skip to the results</a>
            <header><div><p class="kind">Attribution report</p><h1>{report.Experiment.Name} <span class="pill {tone}">{word}</span></h1></div>
            <nav aria-label="Sections">{Links(sections)}</nav>
            <button type="button" id="theme" hidden>Theme</button></header>
            <main id="main">
            {sections}
            </main>
            <footer><p>Written by <code>dotnet build</code>. The files it was made from lie beside it.</p></footer>

            """);
        var whole = new StringBuilder(page.Markup);
        // JSON whose < and & are escaped cannot end its element, whatever its texts say.
        foreach (var (name, json) in data)
            whole.Append($"<script type=\"application/json\" id=\"data-{name}\">").Append(json).Append("</script>\n");
        return whole.Append("<script>").Append(Script).Append("</script>\n</body>\n</html>\n").ToString();
    }

    private static IEnumerable<Html> Links(Html[] sections) =>
        new[] { ("summary", "Summary"), ("results", "Results"), ("runs", "Runs"), ("agreement", "Agreement"), ("stages", "Stages"), ("provenance", "Provenance") }
            .Where(link => sections.Any(s => s.Markup.Contains($"<section id=\"{link.Item1}\"", StringComparison.Ordinal)))
            .Select(link => Html.Of($"<a href=\"#{link.Item1}\">{link.Item2}</a>"));

    // No style or script but these two runs, should a text ever get to be markup.
    private static Html Hash(string content) => new($"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content)))}");

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(ReportPage).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
