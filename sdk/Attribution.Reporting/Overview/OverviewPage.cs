using System.Globalization;
using Attribution.Pipeline;
using Attribution.Pipeline.Verdicts;
using Attribution.Reporting.Page;

namespace Attribution.Reporting.Overview;

/// <summary>
/// Several experiments on one page that opens offline: a table that can be sorted and searched, a comparison of runs, and lines across all measures.
/// </summary>
internal static class OverviewPage
{
    private const string GapChange = ExperimentsOverview.GapChange;

    private static readonly (string Metric, string Label, string Format)[] Columns =
    [
        (ResultTable.Judged, "Judged score", "0.00"), (GapChange, "Cross-entropy gap", "+0.000;−0.000;0.000"),
        (ResultTable.Precision, "Precision@k", "0.00"), ("recall_at_k", "Recall@k", "0.00"), ("auprc", "AUPRC", "0.00"),
        ("auroc", "AUROC", "0.000"), ("mrr", "MRR", "0.00"),
        ("lds", "LDS", "0.00;−0.00"), ("top1_accuracy", "Right source", "0.00"), ("top1_drop", "Top-1 drop", "0.00;−0.00"),
    ];

    /// <summary>The page.</summary>
    public static string Render(ExperimentsOverview overview)
    {
        var columns = Columns.Where(column => overview.Lines.Any(line => line.Metrics.ContainsKey(column.Metric))).ToArray();
        var style = PageFile.Read("report.css") + PageFile.Read("overview.css");
        var script = PageFile.Read("page.js") + PageFile.Read("theme.js") + PageFile.Read("overview.js");
        var page = Html.Of($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            {ContentPolicy.Of(style, [script])}
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{Quantity.Count(overview.Experiments.Count, "experiment")}: attribution report</title>
            <style>{new Html(style)}</style>
            </head>
            <body>
            <a class="skip" href="#main">Skip to the runs</a>
            <header><div><p class="kind">Attribution report</p><h1>{Quantity.Count(overview.Experiments.Count, "experiment")}</h1></div>
            <nav aria-label="Sections">
            <a href="#leaders">Leaders</a><a href="#runs">Runs</a><a href="#side-by-side">Side by side</a><a href="#lines">Lines</a>
            </nav>
            <button type="button" id="theme" hidden>Theme</button></header>
            <main id="main">
            {Leaders(overview)}
            {Runs(overview, columns)}
            </main>

            """);
        var data = ReportData.Write(new
        {
            lines = overview.Lines,
            experiments = overview.Experiments.Select(experiment => experiment.Title),
            columns = columns.Select(column => new { metric = column.Metric, label = column.Label }),
        });
        return $"{page.Markup}<script type=\"application/json\" id=\"data-overview\">{data}</script>\n<script>{script}</script>\n</body>\n</html>\n";
    }

    private static Html Leaders(ExperimentsOverview overview)
    {
        return Html.Of($"""
            <section id="leaders" aria-labelledby="leaders-title">
            <h2 id="leaders-title">Leaders</h2>
            <p class="note">The run that leads each evaluation set: its score before and after training, that of rows drawn at random, and the verdict of
            its own experiment. Scores of different experiments compare only where their evaluation sets and judges are the same.</p>
            <div class="stack">{overview.Experiments.Select(Card)}</div>
            </section>

            """);

        Html Card(ReportedOutputs experiment, int place) => Html.Of($"""
            <article class="card"><h3>{Link(experiment)}</h3>{LeadersOf([.. overview.Lines.Where(line => line.Experiment == place)])}</article>

            """);
    }

    private static Html LeadersOf(OverviewLine[] lines)
    {
        Html[] leaders = [.. lines.Where(line => line.Verdict is not null).Select(line => Leader(line, line.Verdict!))];
        return leaders.Length == 0
            ? Html.Of($"""<p class="note">There is no verdict: its runs are not compared with rows drawn at random.</p>""")
            : Html.Of($"""<ul class="leaders">{leaders}</ul>""");

        static Html Leader(OverviewLine line, Verdict verdict) => Html.Of($"""
            <li><b>{line.Set}</b> <span>{Html.Name(Title(line))}</span> <span class="difference">{Score(verdict)}</span> {Pill(verdict)}</li>

            """);
    }

    private static Html Runs(ExperimentsOverview overview, (string Metric, string Label, string Format)[] columns) => Html.Of($"""
        <section id="runs" aria-labelledby="runs-title">
        <div class="head"><h2 id="runs-title">Runs</h2>
        <div class="tools">
        <input type="search" id="search" placeholder="Search runs" aria-label="Search runs">
        <output id="shown" aria-live="polite">{Quantity.Count(overview.Lines.Count, "run")}</output>
        </div></div>
        <p class="note">A heading sorts by it; clicked again, it sorts the other way round. Tick runs to see them side by side.
        ± is the standard deviation over seeds.</p>
        <div class="card flush list" role="region" aria-label="Runs" tabindex="0">
        <table class="data" id="table"><caption class="sr">Runs of all experiments</caption>
        <thead><tr>
        <th scope="col"><span class="sr">Side by side</span></th>
        {Heading("Experiment")}{Heading("Set")}{Heading("Method")}{Heading("Settings")}
        {columns.Select(column => Heading(column.Label, isNumber: true))}
        {Heading("Verdict")}
        </tr></thead>
        <tbody>{overview.Lines.Select((line, place) => Row(overview, line, place, columns))}</tbody>
        </table></div>
        </section>
        <section id="side-by-side" aria-labelledby="side-title">
        <h2 id="side-title">Side by side</h2>
        <div id="of-side"><p class="note">Tick two or more runs above.</p></div>
        </section>
        <section id="lines" aria-labelledby="lines-title">
        <h2 id="lines-title">Lines across the measures</h2>
        <p class="note">Each line is a run, each axis a measure from its lowest to its highest value here. Ticked runs stand out;
        the search above chooses what is drawn.</p>
        <div id="of-lines"></div>
        </section>

        """);

    private static Html Heading(string name, bool isNumber = false) => Html.Of($"""
        <th scope="col"{new Html(isNumber ? " class=\"n\"" : "")}><button type="button" class="sort">{name}</button></th>
        """);

    private static Html Row(ExperimentsOverview overview, OverviewLine line, int place, (string Metric, string Label, string Format)[] columns)
    {
        var experiment = overview.Experiments[line.Experiment];
        string?[] point = [line.Point, line.Seeds > 1 ? $"{line.Seeds} seeds" : null];
        return Html.Of($"""
            <tr data-place="{place}">
            <td><input type="checkbox" aria-label="{experiment.Title}: {line.Set}, {Title(line)}, side by side"></td>
            <td>{Link(experiment)}</td><td>{Html.Name(line.Set)}</td><th scope="row">{Html.Name(line.Method)}</th>
            <td class="point">{string.Join(", ", point.OfType<string>())}</td>
            {columns.Select(column => Cell(line, column))}
            <td class="said">{(line.Verdict is null ? Html.None : Pill(line.Verdict))}</td></tr>

            """);
    }

    private static Html Cell(OverviewLine line, (string Metric, string Label, string Format) column)
    {
        if (!line.Metrics.TryGetValue(column.Metric, out var value))
            return Html.Of($"""<td class="n none">–</td>""");
        var (deviationOf, decimals) = column.Metric == GapChange ? (ResultTable.Gap, "0.000") : (column.Metric, "0.00");
        var deviation = line.Metrics.TryGetValue($"{deviationOf}_sd", out var sd)
            ? Html.Of($""" <span class="quiet">± {sd.ToString(decimals, CultureInfo.InvariantCulture)}</span>""") : Html.None;
        return Html.Of($"""
            <td class="n" data-label="{column.Label}" data-value="{value:R}">{value.ToString(column.Format, CultureInfo.InvariantCulture)}{deviation}</td>
            """);
    }

    private static Html Pill(Verdict verdict) => Html.Of($"""<span class="pill {(verdict.IsBest ? "good" : "open")}">{verdict.Text}</span>""");

    // On the half of the prompts that did not choose the leader.
    private static string Score(Verdict verdict)
    {
        var (format, decimals) = verdict.Metric == ResultTable.Gap ? ("+0.000;−0.000;0.000", "0.000") : ("0.00;−0.00", "0.00");
        return (verdict.Before is { } before ? $"{Number(before, format)} → " : "") + Number(verdict.Score, format)
            + (verdict.ScoreSd is { } sd ? $" ± {Number(sd, decimals)}" : "")
            + (verdict.Random is { } random ? $", random {Number(random, format)}" : "");

        static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
    }

    private static Html Link(ReportedOutputs experiment) => experiment.Report is { } report
        ? Html.Of($"""<a href="{report}">{Html.Name(experiment.Title)}</a>""") : Html.Name(experiment.Title);

    private static string Title(OverviewLine line) => line.Point is null ? line.Method : $"{line.Method} {line.Point}";
}
