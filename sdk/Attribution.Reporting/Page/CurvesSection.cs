namespace Attribution.Reporting.Page;

/// <summary>
/// The frame in which the script draws metrics along an axis of the experiment's grid: a chart per pair of methods, with points for the single seeds.
/// </summary>
internal static class CurvesSection
{
    // Numeric axes; how vectors are compared is not a number.
    private static readonly (string Setting, string Label)[] Axes =
        [("top_k", "k, rows chosen"), ("learning_rate", "Learning rate"), ("epochs", "Epochs"), ("lora_rank", "LoRA rank"), ("layer", "Layer")];

    public static Html Of(ExperimentReport report)
    {
        var axes = Axes.Where(axis => report.Runs.Select(run => run.Axes.GetValueOrDefault(axis.Setting)?.ToString()).OfType<string>().Distinct().Count() > 1)
            .ToArray();
        var metrics = ReportMetric.In(report);
        if (axes.Length == 0 || metrics.Count == 0)
            return Html.None;
        var ends = report.Runs.Any(run => run.Axes.ContainsKey("end"));
        return Html.Of($"""
            <section id="curves" aria-labelledby="curves-title">
            <div class="head"><h2 id="curves-title">{(ends ? "k-curves" : "Along the axes")}</h2>
            <div class="tools"><label>Along <select id="curves-axis">{Options(axes)}</select></label>
            <label>Metric <select id="curves-metric">{Options(metrics.Select(m => (m.Name, m.Label)))}</select></label></div></div>
            <p class="note">Lines join means over seeds; small points are single seeds.
            {(ends ? "Solid: trained on the first k rows of the ranking; dashed: on the last k." : "")}
            Dotted: rows drawn at random. A bar is the 95% interval of the difference to the draw at random, where the experiment is compared by this metric:
            a bar that does not reach the dotted line is told from it.</p>
            <noscript><p class="card">The charts are drawn by a script. Their numbers are in <a href="report/runs.json">report/runs.json</a>.</p></noscript>
            <div id="of-curves" class="stack"></div>
            </section>

            """);
    }

    private static Html Options(IEnumerable<(string Value, string Label)> options) =>
        Html.Join(options.Select(option => Html.Of($"""<option value="{option.Value}">{option.Label}</option>""")));
}
