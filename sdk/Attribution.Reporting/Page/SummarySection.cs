using System.Globalization;
using Attribution.Pipeline.Snapshots;

namespace Attribution.Reporting.Page;

/// <summary>The experiment's question, the comparison with the snapshot, times and durations, and what did not have to be computed.</summary>
internal static class SummarySection
{
    private const int MostDifferences = 20;

    public static Html Of(ExperimentReport report) => Html.Of($"""
        <section id="experiment" aria-labelledby="experiment-title">
        <h2 id="experiment-title">Experiment</h2>
        <div class="cards">
        {Snapshot(report)}
        {Time(report.Build)}
        {Reused(report.Build)}
        {Asked(report.Experiment)}
        </div>
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

    private static Html Snapshot(ExperimentReport report)
    {
        var verdict = report.Snapshot;
        var (word, tone) = Word(verdict);
        var body = verdict?.Outcome switch
        {
            SnapshotVerdict.Equal =>
                Html.Of($"<p>All {Quantity.Count(verdict.Metrics, "metric")} are within their tolerance of <code>{verdict.File}</code>.</p>"),
            SnapshotVerdict.Accepted => Html.Of($"<p>{Quantity.Count(verdict.Metrics, "metric")} became <code>{verdict.File}</code>.</p>"),
            SnapshotVerdict.Differs => Moved(verdict),
            SnapshotVerdict.Invalid => Html.Of($"<p>{verdict.Message}</p>"),
            _ => Html.Of($"<p>There is nothing to compare with yet. Build with <code>-p:AcceptSnapshot=true</code> to make these metrics the snapshot.</p>"),
        };
        return Html.Of($"""<div class="card verdict {tone}"><h3>Snapshot</h3><p class="big">{Capital(word)}</p>{body}</div>""");
    }

    private static Html Moved(SnapshotVerdict verdict)
    {
        var more = verdict.Differences.Count - MostDifferences;
        return Html.Of($"""
            <p>{Quantity.Count(verdict.Differences.Count, "difference")} in {Quantity.Count(verdict.Metrics, "metric")}.
            If they are right, build with <code>-p:AcceptSnapshot=true</code>.</p>
            <div class="scroll" role="region" aria-label="What moved" tabindex="0">
            <table class="data"><caption class="sr">What moved</caption>
            <thead><tr>
            <th scope="col">Metric</th><th scope="col" class="n">Expected</th><th scope="col" class="n">Got</th><th scope="col" class="n">Tolerance</th>
            </tr></thead>
            <tbody>{verdict.Differences.Take(MostDifferences).Select(Row)}</tbody>
            </table></div>
            {Html.If(more > 0, $"""<p><small>{more} more in <a href="report/snapshot.json">report/snapshot.json</a></small></p>""")}
            """);

        static Html Row(MetricDifference moved) => Html.Of($"""
            <tr><th scope="row"><b>{moved.Metric ?? "the run"}</b><br><small>{Html.Name(moved.Run)}</small></th>
            <td class="n">{Short(moved.Expected)}</td>
            <td class="n">{Short(moved.Got)}</td>
            <td class="n">{moved.Tolerance?.ToString("0.####", CultureInfo.InvariantCulture) ?? "–"}</td></tr>

            """);
    }

    private static string Short(string value) =>
        double.TryParse(value, CultureInfo.InvariantCulture, out var number) ? number.ToString("0.######", CultureInfo.InvariantCulture) : value;

    private static Html Asked(ReportedExperiment experiment)
    {
        return Html.Of($"""
            <div class="card asked"><h3>Settings</h3><dl>{experiment.Settings.Select(Setting)}</dl></div>
            """);

        static Html Setting(ReportedSetting setting) => Html.Of($"""
            <div><dt>{setting.Name}</dt><dd>{setting.Values.Select((value, i) => Html.Of($"{(i > 0 ? ", " : "")}{Html.Name(value)}"))}</dd></div>

            """);
    }

    private static Html Time(BuildFacts build)
    {
        var since = build.Stages.Values.Where(s => s.IsNew).ToArray();
        return Html.Of($"""
            <div class="card"><h3>When</h3>
            <p class="big"><time datetime="{build.Written:s}Z">{build.Written:d MMMM yyyy, HH:mm} UTC</time></p>
            <p>The stages of this build took {Quantity.Seconds(since.Sum(s => s.Seconds))}; {since.Length} of {build.Stages.Count} had to run.</p></div>
            """);
    }

    private static Html Reused(BuildFacts build)
    {
        var (results, computed) = (build.Stages.Values.Sum(s => s.Results), build.Stages.Values.Where(s => s.IsNew).Sum(s => s.Computed));
        var (blocks, blocksComputed) = (build.Stages.Values.Sum(s => s.Blocks), build.Stages.Values.Where(s => s.IsNew).Sum(s => s.BlocksComputed));
        var ofBlocks = blocks > 0 ? $", with {blocksComputed:#,0} of {Quantity.Count(blocks, "block")} of rows" : "";
        return Html.Of($"""
            <div class="card"><h3>Reused</h3>
            <p class="big">{Quantity.Count(results - computed, "result")} of {results:#,0}</p>
            <p>Since the report before this one {computed:#,0} were computed{ofBlocks}; the rest was up to date or in the store.</p></div>
            """);
    }

    /// <summary>The text with a capital first letter.</summary>
    public static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
