using System.Globalization;
using System.Net;
using System.Text;

namespace Attribution.Reporting.ContextAttribution;

/// <summary>
/// Shows an answer beside its context as HTML. Each sentence of the answer is a button that shades the sources by their scores for it and lists the eight best.
/// All texts are escaped. The first sentence is shown without a script too.
/// </summary>
public static class AttributedAnswerHtml
{
    /// <summary>The number of listed sources, by descending score.</summary>
    public const int Listed = 8;

    /// <summary>The style sheet that a page with such sections needs once.</summary>
    internal static string Style => PageFile.Read("attribution.css");

    /// <summary>The script that a page with such sections needs once.</summary>
    internal static string Script => PageFile.Read("attribution.js");

    /// <summary>A page with one answer that loads nothing from elsewhere.</summary>
    public static string Page(AttributedAnswer answer) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
        <title>{Text(answer.Query)}</title>
        <style>
        {Style}</style>
        </head>
        <body>
        {Section(answer)}<script>
        {Script}</script>
        </body>
        </html>

        """;

    /// <summary>The section of one answer, for a page with <see cref="Style"/> and <see cref="Script"/>.</summary>
    internal static string Section(AttributedAnswer answer)
    {
        var html = new StringBuilder();
        html.Append("<section class=\"attribution\">\n<h2>").Append(Text(answer.Query)).Append("</h2>\n<div class=\"attribution-answer\"><h3>Answer</h3>\n<p>");
        Sentences(html, answer);
        html.Append("</p></div>\n");
        for (var d = 0; d < answer.Documents.Count; d++)
            Document(html, answer, d);
        html.Append("<table class=\"attribution-best\" aria-live=\"polite\"><thead><tr><th scope=\"col\">Score</th><th "
            + "scope=\"col\">Source</th></tr></thead><tbody>\n");
        var scores = answer.Sentences[0].Scores;
        foreach (var source in Best(scores))
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{Number(scores[source])}</td><td>{Text(TextOf(answer, source))}</td></tr>\n");
        return html.Append("</tbody></table>\n</section>\n").ToString();
    }

    /// <summary>The sources with the highest scores, best first; ties are in source order.</summary>
    internal static IEnumerable<int> Best(IReadOnlyList<float> scores) => Enumerable.Range(0, scores.Count).OrderByDescending(s => scores[s]).Take(Listed);

    private static void Sentences(StringBuilder html, AttributedAnswer answer)
    {
        var at = 0;
        foreach (var (i, sentence) in answer.Sentences.Index())
        {
            html.Append(Text(answer.Answer[at..sentence.Span.Start]))
                .Append(CultureInfo.InvariantCulture, $"<button type=\"button\" aria-pressed=\"{(i == 0 ? "true" : "false")}\" "
                    + $"data-scores=\"{string.Join(' ', sentence.Scores.Select(Number))}\">")
                .Append(Text(answer.Answer[sentence.Span.Start..sentence.Span.End])).Append("</button>");
            at = sentence.Span.End;
        }
        html.Append(Text(answer.Answer[at..]));
    }

    private static void Document(StringBuilder html, AttributedAnswer answer, int document)
    {
        var text = answer.Documents[document];
        html.Append("<div class=\"attribution-context\"><h3>Context").Append(answer.Documents.Count > 1
            ? string.Create(CultureInfo.InvariantCulture, $" {document + 1}") : "").Append("</h3>\n<p>");
        var highest = answer.Sentences[0].Scores.Select(Math.Abs).DefaultIfEmpty(0).Max();
        var at = 0;
        foreach (var (index, (_, span)) in answer.Sources.Index().Where(s => s.Item.Document == document))
        {
            var from = Math.Max(at, span.Start);
            var score = answer.Sentences[0].Scores[index];
            var share = highest > 0 ? score / highest : 0;
            html.Append(Text(text[at..from]))
                .Append(CultureInfo.InvariantCulture, $"<span class=\"source\" data-source=\"{index}\" title=\"{Number(score)}\" "
                    + $"style=\"--share:{Math.Abs(share):0.###}\"{(share < 0 ? " data-against" : "")}>")
                .Append(Text(text[from..Math.Max(from, span.End)])).Append("</span>");
            at = Math.Max(from, span.End);
        }
        html.Append(Text(text[at..])).Append("</p></div>\n");
    }

    private static string TextOf(AttributedAnswer answer, int source)
    {
        var (document, span) = answer.Sources[source];
        return answer.Documents[document][span.Start..span.End];
    }

    // The scores of a method may all be small: digits that count, not decimals.
    private static string Number(float score) => score.ToString("G4", CultureInfo.InvariantCulture);

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
