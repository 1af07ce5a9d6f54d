using System.Globalization;
using Attribution.Pipeline.Snapshots;

namespace Attribution.Reporting.Page;

/// <summary>The experiment's question, its results, times and durations, and what did not have to be computed.</summary>
internal static class SummarySection
{
    private const int MostDifferences = 20;

    public static Html Of(ExperimentReport report) => Html.Of($"""
        <section id="summary" aria-labelledby="summary-title">
        <h2 id="summary-title" class="sr">Summary</h2>
        <div class="cards">
        {Verdict(report)}
        {Time(report.Build)}
        {Reused(report.Build)}
        {Asked(report.Experiment)}
        </div>
        {Best(report)}
        </section>

        """);

    /// <summary>The verdict in a word or two, with its tone.</summary>
    public static (string Text, string Tone) Word(SnapshotVerdict? verdict) => verdict?.Outcome switch
    {
        SnapshotVerdict.Equal => ("snapshot equal", "good"),
        SnapshotVerdict.Accepted => ("snapshot accepted", "good"),
        SnapshotVerdict.Differs => ("snapshot differs", "bad"),
        SnapshotVerdict.Invalid => ("snapshot unreadable", "bad"),
        _ => ("no snapshot", "open"),
    };

    private static Html Verdict(ExperimentReport report)
    {
        var verdict = report.Snapshot;
        var (word, tone) = Word(verdict);
        var body = verdict?.Outcome switch
        {
            SnapshotVerdict.Equal => Html.Of($"<p>All {Quantity.Count(verdict.Metrics, "metric")} are within their tolerance of <code>snapshots/metrics.verified.json</code>.</p>"),
            SnapshotVerdict.Accepted => Html.Of($"<p>{Quantity.Count(verdict.Metrics, "metric")} became <code>snapshots/metrics.verified.json</code>.</p>"),
            SnapshotVerdict.Differs => Moved(verdict),
            SnapshotVerdict.Invalid => Html.Of($"<p>{verdict.Message}</p>"),
            _ => Html.Of($"<p>There is nothing to compare with yet. Build with <code>-p:AcceptSnapshot=true</code> to make these metrics the snapshot.</p>"),
        };
        return Html.Of($"<div class=\"card verdict {tone}\"><h3>Verdict</h3><p class=\"big\">{Capital(word)}</p>{body}</div>");
    }

    private static Html Moved(SnapshotVerdict verdict) => Html.Of($"""
        <p>{Quantity.Count(verdict.Differences.Count, "difference")} in {Quantity.Count(verdict.Metrics, "metric")}. If they are right, build with <code>-p:AcceptSnapshot=true</code>.</p>
        <div class="scroll" role="region" aria-label="What moved" tabindex="0"><table class="data"><caption class="sr">What moved</caption>
        <thead><tr><th scope="col">Metric</th><th scope="col" class="n">Expected</th><th scope="col" class="n">Got</th><th scope="col" class="n">Tolerance</th></tr></thead>
        <tbody>{verdict.Differences.Take(MostDifferences).Select(d => Html.Of($"<tr><th scope=\"row\"><b>{d.Metric ?? "the run"}</b><br><small>{Html.Name(d.Run)}</small></th><td class=\"n\">{Short(d.Expected)}</td><td class=\"n\">{Short(d.Got)}</td><td class=\"n\">{(d.Tolerance is { } t ? t.ToString("0.####", CultureInfo.InvariantCulture) : "–")}</td></tr>"))}</tbody></table></div>
        {(verdict.Differences.Count > MostDifferences ? Html.Of($"<p><small>{verdict.Differences.Count - MostDifferences} more in <a href=\"report/snapshot.json\">report/snapshot.json</a></small></p>") : Html.None)}
        """);

    private static string Short(string value) => double.TryParse(value, CultureInfo.InvariantCulture, out var number) ? number.ToString("0.######", CultureInfo.InvariantCulture) : value;

    private static Html Asked(ReportedExperiment experiment) => Html.Of($"""
        <div class="card asked"><h3>Asked</h3><dl>{experiment.Settings.Select(s => Html.Of($"<div><dt>{s.Name}</dt><dd>{s.Values.Select((v, i) => Html.Of($"{(i > 0 ? ", " : "")}{Html.Name(v)}"))}</dd></div>"))}</dl></div>
        """);

    private static Html Time(BuildFacts build)
    {
        var since = build.Stages.Values.Where(s => s.IsNew).ToArray();
        return Html.Of($"""
            <div class="card"><h3>When</h3><p class="big"><time datetime="{build.Written.ToString("s", CultureInfo.InvariantCulture)}Z">{build.Written.ToString("d MMMM yyyy, HH:mm", CultureInfo.InvariantCulture)} UTC</time></p>
            <p>The stages of this build took {Quantity.Seconds(since.Sum(s => s.Seconds))}; {since.Length} of {build.Stages.Count} had to run.</p></div>
            """);
    }

    private static Html Reused(BuildFacts build)
    {
        var (results, computed) = (build.Stages.Values.Sum(s => s.Results), build.Stages.Values.Where(s => s.IsNew).Sum(s => s.Computed));
        var (blocks, blocksComputed) = (build.Stages.Values.Sum(s => s.Blocks), build.Stages.Values.Where(s => s.IsNew).Sum(s => s.BlocksComputed));
        return Html.Of($"""
            <div class="card"><h3>Reused</h3><p class="big">{Quantity.Count(results - computed, "result")} of {results:#,0}</p>
            <p>Since the report before this one {computed:#,0} were computed{(blocks > 0 ? Html.Of($", with {blocksComputed:#,0} of {Quantity.Count(blocks, "block")} of rows") : Html.None)}; the rest was up to date or in the store.</p></div>
            """);
    }

    private static Html Best(ExperimentReport report)
    {
        if (report.Comparisons.Count == 0)
            return Html.None;
        var severalPools = report.Comparisons.Select(c => c.Train).Distinct().Count() > 1;
        var precision = report.Comparisons.Any(c => ReportMetric.Precision.Of(report.Runs[c.Leader]) is not null);
        var (judged, halved, seeds) = (report.Comparisons[0].Metric == "judged_mean", report.Comparisons.Any(c => c.Prompts > 0), report.Comparisons.Max(c => c.Seeds));
        return Html.Of($"""
            <div class="card wide"><h3>What can be told for each evaluation set</h3><p class="note">{(halved ? "The run that leads on one half of the held-out prompts, with its score on the other half" : "The run that leads")}{(seeds > 1 ? $": mean ± standard deviation over {seeds} seeds" : "")}. Differences have 95% intervals of a paired bootstrap; a run is the best only if neither interval holds 0. Choose a run to see its rows, scores and answers.</p>
            <div class="scroll" role="region" aria-label="What can be told for each evaluation set" tabindex="0"><table class="data"><caption class="sr">What can be told for each evaluation set</caption>
            <thead><tr><th scope="col">Evaluation set</th><th scope="col">Training vectors × evaluation vectors</th>{(precision ? Html.Of($"<th scope=\"col\" class=\"n\">Precision@k</th>") : Html.None)}<th scope="col" class="n">{(judged ? "Judged score" : "Gap")}</th><th scope="col" class="n">over random</th><th scope="col" class="n">over the second</th><th scope="col">Verdict</th></tr></thead>
            <tbody>{report.Comparisons.Select(Row)}</tbody></table></div></div>
            """);

        Html Row(RunComparison told)
        {
            var run = report.Runs[told.Leader];
            return Html.Of($"<tr><th scope=\"row\">{(severalPools ? $"{told.Train} → " : "")}{told.Eval}</th><td><a href=\"#run-{told.Leader}\">{Html.Name(run.Methods())}</a></td>{(precision ? Number(ReportMetric.Precision.Of(run)) : Html.None)}"
                + $"{Change(told.Before, told.Score, "0.00;−0.00", told.ScoreSd)}{Difference(told.OverRandom)}{Difference(told.OverSecond)}<td>{(told.IsBest ? Html.Of($"<b>{told.Verdict}</b>") : Html.Of($"{told.Verdict}"))}</td></tr>");
        }
    }

    private static Html Difference(ReportedDifference? found) => found is null ? Html.Of($"<td class=\"n\">–</td>") : Html.Of(
        $"<td class=\"n\">{found.Difference.ToString("+0.00;−0.00;0.00", CultureInfo.InvariantCulture)}{(found.Lower is { } lower && found.Upper is { } upper ? Html.Of($" <span class=\"quiet\">[{lower.ToString("0.00;−0.00", CultureInfo.InvariantCulture)}, {upper.ToString("0.00;−0.00", CultureInfo.InvariantCulture)}]</span>") : Html.None)}</td>");

    private static Html Number(double? value) => Html.Of($"<td class=\"n\">{value?.ToString("0.00", CultureInfo.InvariantCulture) ?? "–"}</td>");

    private static Html Change(double? before, double? after, string format, double? deviation) => after is null ? Html.Of($"<td class=\"n\">–</td>") : Html.Of(
        $"<td class=\"n\"><span class=\"quiet\">{before?.ToString(format, CultureInfo.InvariantCulture)} <span aria-hidden=\"true\">→</span><span class=\"sr\">before, after: </span></span> <b>{after.Value.ToString(format, CultureInfo.InvariantCulture)}</b>{(deviation is { } sd ? $" ± {sd.ToString("0.00", CultureInfo.InvariantCulture)}" : "")}</td>");

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}

/// <summary>The frame in which the script shows one run at a time: its scores, its loss, its rows and its answers.</summary>
internal static class RunsSection
{
    public static Html Of(ExperimentReport report)
    {
        if (!report.Runs.Any(r => r.Attribution != ReportedRun.None))
            return Html.None;
        return Html.Of($"""
            <section id="runs" aria-labelledby="runs-title">
            <div class="head"><h2 id="runs-title">Runs</h2>
            <div class="picker"><button type="button" id="previous" aria-label="Previous run">‹</button><label class="sr" for="run">Run</label><select id="run">{report.Runs.Index().Where(r => r.Item.Attribution != ReportedRun.None).GroupBy(r => r.Item.Eval).Select(g => Html.Of($"<optgroup label=\"{g.Key}\">{g.Select(r => Html.Of($"<option value=\"{r.Index}\">{r.Item.Eval}: {r.Item.Methods()}{(Several(report) ? $" ({r.Item.Train})" : "")}</option>"))}</optgroup>"))}</select><button type="button" id="next" aria-label="Next run">›</button></div></div>
            <noscript><p class="card">Rows, curves and answers of each run are shown by a script, and this page's script does not run here. The same data is in <a href="report/runs.json">report/runs.json</a> and in each run's folder.</p></noscript>
            <div id="of-run" tabindex="-1"></div>
            </section>

            """);
    }

    private static bool Several(ExperimentReport report) => report.Runs.Select(r => r.Train).OfType<string>().Distinct().Count() > 1;
}

/// <summary>The origin of all results, and the command to compute them again.</summary>
internal static class ProvenanceSection
{
    /// <param name="report">The report.</param>
    /// <param name="data">The names of its data files.</param>
    public static Html Of(ExperimentReport report, IEnumerable<string> data)
    {
        var from = report.Provenance;
        return Html.Of($"""
            <section id="provenance" aria-labelledby="provenance-title">
            <h2 id="provenance-title">Provenance</h2>
            <div class="card"><h3>To reproduce</h3><div class="command"><code id="command">{report.Experiment.Command}</code><button type="button" id="copy" hidden>Copy</button></div>
            <dl>{from.Versions.Select(v => Html.Of($"<div><dt>{v.Key}</dt><dd>{v.Value}</dd></div>"))}<div><dt>Device</dt><dd>{string.Join(", ", from.Devices)}</dd></div><div><dt>Code</dt><dd>{from.Library.Select(h => Html.Of($"<code class=\"hash\">{h}</code> "))}</dd></div></dl></div>
            <div class="card"><h3>Inputs</h3><p class="note">Each file's SHA-256, which is part of the address of every result made from it.</p>
            <div class="scroll" role="region" aria-label="Inputs" tabindex="0"><table class="data inputs"><caption class="sr">Input files and their hashes</caption>
            <thead><tr><th scope="col">File</th><th scope="col" class="n">Size</th><th scope="col">SHA-256</th><th scope="col">Read by</th></tr></thead>
            <tbody>{from.Inputs.Select(i => Html.Of($"<tr><th scope=\"row\">{Html.Name(i.Path)}</th><td class=\"n\">{(i.Bytes is { } b ? Quantity.Bytes(b) : "")}</td><td><code class=\"hash\">{i.Sha256}</code></td><td>{string.Join(", ", i.Stages)}</td></tr>"))}</tbody></table></div></div>
            <div class="card"><h3>Data of this page</h3><p>Everything here comes from files beside it: <a href="metrics.json">metrics.json</a>, each run's folder, and {data.Select((name, i) => Html.Of($"{(i > 0 ? ", " : "")}<a href=\"report/{name}.json\">report/{name}.json</a>"))}.</p></div>
            </section>

            """);
    }
}
