using System.Globalization;

namespace Attribution.Reporting.Page;

/// <summary>A heatmap for each evaluation set, attribution method by selection method with the baselines beside it, and the judged scores as bars.</summary>
internal sealed class ResultsSection
{
    private const int Shades = 10;

    private readonly ExperimentReport _report;
    private readonly IReadOnlyList<ReportMetric> _metrics;
    private readonly Dictionary<string, (double Lowest, double Highest)> _ranges;

    public ResultsSection(ExperimentReport report)
    {
        _report = report;
        _metrics = ReportMetric.In(report);
        // One scale for all evaluation sets, so that their shades can be compared.
        _ranges = _metrics.ToDictionary(m => m.Key, m =>
        {
            var values = report.Runs.Select(m.Of).OfType<double>().Append(0).ToArray();
            return (values.Min(), values.Max());
        });
    }

    public Html Render() => _metrics.Count == 0 ? Html.None : Html.Of($"""
        <section id="results" aria-labelledby="results-title" data-shown="{_metrics[0].Key}">
        <div class="head"><h2 id="results-title">Results</h2>
        <fieldset class="switch"><legend class="sr">Metric in the heatmaps</legend>{_metrics.Select((metric, i) => Choice(metric, i == 0))}</fieldset></div>
        {_metrics.Select(Meaning)}
        <div class="grid">{Groups().Select(Card)}</div>
        </section>

        """);

    private static Html Choice(ReportMetric metric, bool isChosen) => Html.Of($"""
        <label><input type="radio" name="metric" value="{metric.Key}"{(isChosen ? " checked" : "")}><span>{metric.Label}</span></label>
        """);

    private static Html Meaning(ReportMetric metric) => Html.Of($"""
        <p class="note of-{metric.Key}">{metric.Meaning} A stronger colour is a higher value, on one scale for all sets.</p>

        """);

    private IEnumerable<(string? Train, EvaluationSet Eval)> Groups()
    {
        var trains = _report.Runs.Select(r => r.Train).OfType<string>().Distinct().DefaultIfEmpty().ToArray();
        return _report.Evaluations.SelectMany(eval => trains.Select(train => (train, eval)));
    }

    private Html Card((string? Train, EvaluationSet Eval) group)
    {
        var runs = _report.Runs.Where(r => r.Eval == group.Eval.Name && (r.Train is null || r.Train == group.Train)).ToArray();
        var several = _report.Runs.Select(r => r.Train).OfType<string>().Distinct().Count() > 1;
        var planted = runs.Select(r => r.PlantedShare).FirstOrDefault(p => p is not null);
        string[] facts =
        [
            .. group.Eval.Trait is { } trait && trait != group.Eval.Name ? new[] { trait } : [],
            Quantity.Count(group.Eval.Rows, "row"),
            .. group.Eval.Prompts.Count > 0 ? new[] { Quantity.Count(group.Eval.Prompts.Count + (group.Eval.PromptsLeftOut ?? 0), "held-out prompt") } : [],
            .. planted is { } share ? new[] { string.Create(CultureInfo.InvariantCulture, $"{share:0.0%} of the training rows are planted") } : [],
        ];
        return Html.Of($"""
            <article class="card"><h3>{(several ? $"{group.Train} → " : "")}{group.Eval.Name}</h3><p class="note">{string.Join(" · ", facts)}</p>
            {_metrics.Select(m => Heatmap(m, group.Eval.Name, runs))}
            {Bars(group.Eval, runs)}
            </article>

            """);
    }

    private Html Heatmap(ReportMetric metric, string eval, ReportedRun[] runs)
    {
        var (scored, baselines) = (runs.Where(r => r.Selection is not null).ToArray(), runs.Where(r => r.Selection is null).ToArray());
        var rows = scored.Select(r => r.Attribution).Distinct().ToArray();
        var columns = scored.Select(Column).Distinct().ToArray();
        var best = BestBy(metric, runs);
        return Html.Of($"""
            <div class="scroll of-{metric.Key}" role="region" aria-label="{metric.Label}, {eval}" tabindex="0">
            <table class="heat"><caption class="sr">{metric.Label} of {eval}: training vectors by evaluation vectors</caption>
            <thead><tr>
            {Html.If(rows.Length > 0, $"""<td class="corner" aria-hidden="true"><span>evaluation →</span><span>↓ training</span></td>""")}
            {columns.Select(column => Html.Of($"""<th scope="col">{Html.Name(column)}</th>"""))}
            {baselines.Select(run => Html.Of($"""<th scope="col" class="base">{run.Methods()}</th>"""))}
            </tr></thead>
            <tbody>{rows.Select((row, i) => Row(row, i == 0))}{Html.If(rows.Length == 0, $"<tr>{Baselines(1)}</tr>")}</tbody>
            </table></div>

            """);

        Html Row(string row, bool isFirst) => Html.Of($"""
            <tr><th scope="row">{Html.Name(row)}</th>
            {columns.Select(column => Cell(metric, scored.FirstOrDefault(r => r.Attribution == row && Column(r) == column), best, span: 1))}
            {Html.If(isFirst, $"{Baselines(rows.Length)}")}</tr>

            """);

        // A baseline has no training vectors: its one cell spans all rows.
        Html Baselines(int span) => Html.Join(baselines.Select(run => Cell(metric, run, best, span)));

        static string Column(ReportedRun run) => run.Selection + (run.Point is null ? "" : $" {run.Point}");
    }

    // The best run is marked only in the metric that decides it, and only if it is significantly better.
    // It may be a baseline that scores rows.
    private ReportedRun? BestBy(ReportMetric metric, ReportedRun[] runs)
    {
        var best = _report.Comparisons.Where(c => c.IsBest && c.Metric == metric.Name).Select(c => _report.Runs[c.Leader]);
        return best.FirstOrDefault(run => runs.Contains(run));
    }

    private Html Cell(ReportMetric metric, ReportedRun? run, ReportedRun? best, int span)
    {
        var spans = Html.If(span > 1, $" rowspan=\"{span}\"");
        if (run is null || metric.Of(run) is not { } value)
            return Html.Of($"""<td{spans} class="empty">–</td>""");
        var (lowest, highest) = _ranges[metric.Key];
        var shade = highest > lowest ? (int)Math.Min(Shades - 1, (value - lowest) / (highest - lowest) * Shades) : 0;
        var deviation = metric.DeviationOf(run) is > 0 and { } sd ? Html.Of($"<small> ± {sd:0.00}</small>") : Html.None;
        var text = Html.Of($"{value.ToString(metric.Format, CultureInfo.InvariantCulture)}{deviation}");
        var shown = run.Attribution == ReportedRun.NoneName ? Html.Of($"<span>{text}</span>") : Html.Of($"""
            <a href="#run-{IndexOf(run)}">{text}<span class="sr">{(run == best ? ", the best" : "")}, {run.Methods()}</span></a>
            """);
        return Html.Of($"""
            <td{spans} class="h{shade}{(run == best ? " best" : "")}">{shown}</td>
            """);
    }

    private Html Bars(EvaluationSet eval, ReportedRun[] runs)
    {
        if (!runs.Any(r => ReportMetric.Judged.Of(r) is not null))
            return Html.None;
        double top = eval.HighestScore ?? Math.Max(1, Math.Ceiling(runs.Max(r => ReportMetric.Judged.Of(r) ?? 0)));
        var (repeats, seeds) = (runs.Max(r => r.RepeatMeans.Count), runs.Max(r => r.Seeds.Count));
        var (shown, note) =
            seeds > 1 ? (", with the score of each seed", $"Mean over {seeds} seeds; each point is one of them.")
            : repeats > 1 ? (", with the lowest and highest mean of a repeat", $"The whisker goes from the lowest to the highest mean of {repeats} repeats.")
            : ("", "");
        return Html.Of($"""
            <h4>Judged score, 0 to {top:0}</h4>
            <table class="bars"><caption class="sr">Judged score of {eval.Name}{shown}</caption>
            <thead class="sr"><tr><th scope="col">Run</th><th scope="col">Score</th></tr></thead>
            <tbody>{runs.Select(run => Bar(run, top, RandomOf(run)))}</tbody></table>
            {Html.If(runs.Any(run => RandomOf(run) is not null), $"""<p class="note">The dotted line: training on as many rows drawn at random.</p>""")}
            {Html.If(note.Length > 0, $"""<p class="note">{note}</p>""")}

            """);
    }

    private double? RandomOf(ReportedRun run) => run.Random is { } random ? ReportMetric.Judged.Of(_report.Runs[random]) : null;

    private static Html Bar(ReportedRun run, double top, double? random)
    {
        if (ReportMetric.Judged.Of(run) is not { } mean)
            return Html.None;
        var (low, high) = run.RepeatMeans.Count > 1 ? (run.RepeatMeans.Min(), run.RepeatMeans.Max()) : (mean, mean);
        double[] seeds = [.. run.Seeds.Select(seed => seed.Metrics.GetValueOrDefault("judged_mean")).OfType<double>()];
        return Html.Of($"""
            <tr><th scope="row">{Html.Name(run.Methods())}</th><td>
            <svg viewBox="0 0 200 12" preserveAspectRatio="none" aria-hidden="true">
            <rect class="track" width="200" height="12" rx="2"/>
            <rect class="bar{(run.Selection is null ? " plain" : "")}" width="{X(mean)}" height="12" rx="2"/>
            {Spread()}
            {(random is { } drawn ? Html.Of($"""<path class="random" d="M{X(drawn)} 0V12"/>""") : Html.None)}
            </svg>
            <span class="value">{mean:0.00}{Deviation()}{SpreadInWords()}</span></td></tr>

            """);

        Html Spread() => (seeds.Length > 1, high > low) switch
        {
            (true, _) => Html.Join(seeds.Select(seed => Html.Of($"""<ellipse class="seed" cx="{X(seed)}" cy="6" rx="2" ry="3"/>"""))),
            (_, true) => Html.Of($"""<path class="whisker" d="M{X(low)} 3v6M{X(high)} 3v6M{X(low)} 6H{X(high)}"/>"""),
            _ => Html.None,
        };

        Html SpreadInWords() => (seeds.Length > 1, high > low) switch
        {
            (true, _) => Html.Of($"""<span class="sr">, seeds {string.Join(", ", seeds.Select(seed => $"{seed:0.00}"))}</span>"""),
            (_, true) => Html.Of($"""<span class="sr">, repeats from {low:0.00} to {high:0.00}</span>"""),
            _ => Html.None,
        };

        Html Deviation() => ReportMetric.Judged.DeviationOf(run) is { } sd ? Html.Of($" ± {sd:0.00}") : Html.None;

        Html X(double value) => new((value / top * 200).ToString("0.##", CultureInfo.InvariantCulture));
    }

    private int IndexOf(ReportedRun run) => _report.Runs.Index().First(r => ReferenceEquals(r.Item, run)).Index;
}
