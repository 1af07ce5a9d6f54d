namespace Attribution.Reporting.Page;

/// <summary>The frame in which the script shows one run at a time: its scores, its loss, its rows and its answers.</summary>
internal static class RunsSection
{
    public static Html Of(ExperimentReport report)
    {
        if (!report.Runs.Any(r => r.Attribution != ReportedRun.NoneName))
            return Html.None;
        // The page opens on the run that the answer is about.
        var first = report.Comparisons.OrderByDescending(c => c.IsBest).Select(c => c.Leader)
            .FirstOrDefault(report.Runs.Index().First(r => r.Item.Attribution != ReportedRun.NoneName).Index);
        return Html.Of($"""
            <section id="runs" aria-labelledby="runs-title">
            <div class="head"><h2 id="runs-title">Runs</h2>
            <div class="picker">
            <button type="button" id="previous" aria-label="Previous run">‹</button>
            <label class="sr" for="run">Run</label>
            <select id="run" data-first="{first}">{Options(report, first)}</select>
            <button type="button" id="next" aria-label="Next run">›</button>
            </div></div>
            <noscript><p class="card">Rows, curves and answers of each run are shown by a script, and this page's script does not run here.
            The same data is in <a href="report/runs.json">report/runs.json</a> and in each run's folder.</p></noscript>
            <div id="of-run" tabindex="-1"></div>
            </section>

            """);
    }

    private static IEnumerable<Html> Options(ExperimentReport report, int selected)
    {
        var several = report.Runs.Select(r => r.Train).OfType<string>().Distinct().Count() > 1;
        return report.Runs.Index().Where(r => r.Item.Attribution != ReportedRun.NoneName).GroupBy(r => r.Item.Eval).Select(eval => Html.Of($"""
            <optgroup label="{eval.Key}">{eval.Select(run => Option(run.Item, run.Index))}</optgroup>

            """));

        Html Option(ReportedRun run, int index) => Html.Of($"""
            <option value="{index}"{(index == selected ? " selected" : "")}>{run.Eval}: {run.Methods()}{(several ? $" ({run.Train})" : "")}</option>

            """);
    }
}
