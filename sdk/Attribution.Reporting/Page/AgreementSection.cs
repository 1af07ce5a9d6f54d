namespace Attribution.Reporting.Page;

/// <summary>The agreement of methods: the overlap of their selections, and the rank correlation of all scores.</summary>
internal static class AgreementSection
{
    public static Html Of(ExperimentReport report) => report.Agreement.Count == 0 ? Html.None : Html.Of($"""
        <section id="agreement" aria-labelledby="agreement-title">
        <h2 id="agreement-title">How methods agree</h2>
        <p class="note">Overlap: the share of chosen rows that two runs have in common.
        Rank correlation: Spearman's, of the scores of all training rows, from −1 to 1.</p>
        <div class="stack">{report.Agreement.Select((a, i) => Group(report, a, i == 0))}</div>
        </section>

        """);

    private static Html Group(ExperimentReport report, MethodAgreement agreement, bool isOpen)
    {
        var runs = agreement.Runs.Select(i => report.Runs[i]).ToArray();
        var several = report.Agreement.Select(a => a.Train).Distinct().Count() > 1;
        return Html.Of($"""
            <details class="card"{(isOpen ? " open" : "")}><summary><h3>{(several ? $"{agreement.Train} → " : "")}{agreement.Eval}</h3></summary>
            <div class="grid">
            {Matrix("Overlap of selections", agreement.Eval, runs, (i, j) => agreement.Overlap[i][j], v => Html.Of($"{v:0%}"))}
            {Matrix("Rank correlation", agreement.Eval, runs, (i, j) => agreement.Correlation[i][j], v => Html.Of($"{v:0.00;−0.00}"))}
            </div></details>

            """);
    }

    private static Html Matrix(string title, string eval, ReportedRun[] runs, Func<int, int, double?> value, Func<double, Html> show)
    {
        var shown = Enumerable.Range(0, runs.Length).Where(i => value(i, i) is not null).ToArray();
        return Html.If(shown.Length > 1, $"""
            <div><h4>{title}</h4>
            <div class="scroll" role="region" aria-label="{title}, {eval}" tabindex="0">
            <table class="heat matrix"><caption class="sr">{title} of {eval}</caption>
            <thead><tr><td></td>{shown.Select(Head)}</tr></thead>
            <tbody>{shown.Select(Row)}</tbody>
            </table></div></div>

            """);

        Html Head(int run, int place) => Html.Of($"""
            <th scope="col">{place + 1}<span class="sr"> {runs[run].Methods()}</span></th>
            """);

        Html Row(int run, int place) => Html.Of($"""
            <tr><th scope="row"><b>{place + 1}</b> {Html.Name(runs[run].Methods())}</th>{shown.Select(other => Cell(run, other))}</tr>

            """);

        Html Cell(int run, int other) => value(run, other) switch
        {
            _ when run == other => Html.Of($"""<td class="self">·</td>"""),
            { } v => Html.Of($"""<td class="h{(int)Math.Clamp(v * 10, 0, 9)}"><span>{show(v)}</span></td>"""),
            null => Html.Of($"""<td class="empty">–</td>"""),
        };
    }
}
