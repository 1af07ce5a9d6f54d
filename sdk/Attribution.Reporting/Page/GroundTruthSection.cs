namespace Attribution.Reporting.Page;

/// <summary>
/// The LDS of each method by retraining with its interval, the highest first, and the methods that do not differ significantly from the first or from random.
/// </summary>
internal static class GroundTruthSection
{
    public static Html Of(ExperimentReport report) => report.GroundTruth.Count == 0 ? Html.None : Html.Of($"""
        <section id="ground-truth" aria-labelledby="ground-truth-title">
        <h2 id="ground-truth-title">Ground truth by retraining</h2>
        <p class="note">LDS: models are trained on random subsets of the training rows; it is Spearman's correlation of what a method's scores foretell
        of the subsets with what came of training on them. Lines are 95% bootstrap intervals over subsets.
        A name for nothing: <code>random</code> has random scores, <code>count</code> scores each row 1.</p>
        <div class="stack">{report.GroundTruth.Select(Card)}</div>
        </section>

        """);

    private static Html Card(LdsComparison compared)
    {
        var scale = IntervalScale.Of(compared.Methods.SelectMany(m => new[] { m.Lds, m.PerRow }));
        var perRow = compared.Methods.Any(m => m.PerRow is not null);
        return Html.Of($"""
            <article class="card"><h3>{compared.Train} → {compared.Eval}</h3>
            <p class="note">{Quantity.Count(compared.Subsets, "subset")}, {Quantity.Count(compared.Seeds, "seed")}</p>
            <div class="scroll" role="region" aria-label="LDS, {compared.Eval}" tabindex="0">
            <table class="data lds"><caption class="sr">LDS of each method, the highest first</caption>
            <thead><tr>
            <th scope="col">Method</th><th scope="col">LDS</th>
            {Html.If(perRow, $"""<th scope="col">By evaluation row</th>""")}
            <th scope="col">Verdict</th>
            </tr></thead>
            <tbody>{compared.Methods.Select(Row)}</tbody>
            </table></div>
            </article>

            """);

        Html Row(LdsOfMethod method) => Html.Of($"""
            <tr><th scope="row">{Html.Name(method.Title)}</th>
            <td>{Interval(method.Lds)}</td>
            {Html.If(perRow, $"<td>{Interval(method.PerRow)}</td>")}
            <td class="quiet">{string.Join("; ", method.NotToldFrom.Select(name => $"not told from {name}"))}</td></tr>

            """);

        Html Interval(ReportedDifference? value) => scale.Show(value, lds => Html.Of($"<b>{lds:0.00;−0.00}</b>"));
    }
}
