using System.Globalization;
using Attribution.Pipeline.Snapshots;

namespace Attribution.Reporting.Page;

/// <summary>The stages as a graph from top to bottom: what each reads, whether it ran, its duration, and the size of its results.</summary>
internal static class StagesSection
{
    // The height of a row in the style sheet; the edges are drawn beside rows of this height.
    private const int RowHeight = 64, Width = 84, Trunk = Width - 10;

    public static Html Of(ExperimentReport report)
    {
        var stages = report.Stages;
        if (stages.Count == 0)
            return Html.None;
        var longest = Math.Max(0.001, stages.Max(s => report.Build.Stages.GetValueOrDefault(s.Name)?.Seconds ?? 0));
        var height = stages.Count * RowHeight;
        return Html.Of($"""
            <section id="stages" aria-labelledby="stages-title">
            <h2 id="stages-title">Stages</h2>
            <p class="note">A line leads from a stage to each stage that reads its results. The bar is the time of its last run.</p>
            <div class="card graph">
            <svg class="edges" width="{Width}" height="{height}" viewBox="0 0 {Width} {height}" aria-hidden="true">{Edges(stages)}</svg>
            <table><caption class="sr">The stages, what they read, and what they did last</caption>
            <thead class="sr"><tr>
            <th scope="col">Stage</th><th scope="col">Last run</th><th scope="col">Time</th><th scope="col">Results</th><th scope="col">Reads</th>
            </tr></thead>
            <tbody>{stages.Select(s => Row(s, report.Build.Stages.GetValueOrDefault(s.Name), longest, stages, report.Snapshot))}</tbody>
            </table></div>
            </section>

            """);
    }

    private static Html Row(ReportedStage stage, StageTiming? timing, double longest, IReadOnlyList<ReportedStage> stages, SnapshotVerdict? verdict)
    {
        var differs = stage.Name == "VerifySnapshot" && verdict?.Outcome is SnapshotVerdict.Differs or SnapshotVerdict.Invalid;
        var (did, tone) = timing switch
        {
            null when stage.Name == stages[^1].Name => ("wrote this page", "open"),
            null => ("did not finish", "bad"),
            _ when differs => (SummarySection.Word(verdict).Text, "bad"),
            { IsNew: false } => ("up to date", "kept"),
            { Results: 0 } => ("ran", "ran"),
            { Computed: 0, BlocksComputed: 0 } => ("from store", "kept"),
            { Blocks: > 0 } => (string.Create(CultureInfo.InvariantCulture, $"ran {timing.BlocksComputed} of {timing.Blocks} blocks"), "ran"),
            _ => (string.Create(CultureInfo.InvariantCulture, $"ran {timing.Computed} of {timing.Results}"), "ran"),
        };
        return Html.Of($"""
            <tr><th scope="row">{stage.Name}</th><td class="did"><span class="tag {tone}">{did}</span></td>
            <td class="took">{Took()}</td>
            <td class="size">{(stage.Results > 0 ? $"{Quantity.Count(stage.Results, "result")}, {Quantity.Bytes(stage.Bytes)}" : "")}</td>
            <td class="sr">{(stage.Upstream.Count > 0 ? string.Join(", ", stage.Upstream) : "datasets")}</td></tr>

            """);

        Html Took() => timing is null ? Html.None : Html.Of($"""
            {Quantity.Seconds(timing.Seconds)}
            <svg class="time" viewBox="0 0 200 4" preserveAspectRatio="none" aria-hidden="true">
            <rect class="bar{(tone == "ran" ? "" : " plain")}" width="{Math.Max(1, timing.Seconds / longest * 200):0.#}" height="4" rx="2"/>
            </svg>
            """);
    }

    // The edge from a stage to the one directly above is a straight line; to one further up, a bow that is wider the further it reaches.
    private static IEnumerable<Html> Edges(IReadOnlyList<ReportedStage> stages)
    {
        var places = stages.Select((s, i) => (s.Name, i)).ToDictionary();
        foreach (var (to, stage) in stages.Index())
            foreach (var from in stage.Upstream.Where(places.ContainsKey).Select(name => places[name]).Where(from => from < to))
            {
                var (y1, y2) = (from * RowHeight + RowHeight / 2, to * RowHeight + RowHeight / 2);
                var reach = Trunk - Math.Min(Trunk - 4, 14 + 9 * (to - from));
                yield return from == to - 1
                    ? Html.Of($"""<path class="edge" d="M{Trunk} {y1 + 7}V{y2 - 7}"/>""")
                    : Html.Of($"""<path class="edge far" d="M{Trunk - 7} {y1}C{reach} {y1} {reach} {y2} {Trunk - 7} {y2}"/>""");
            }
        for (var i = 0; i < stages.Count; i++)
            yield return Html.Of($"""<circle class="node" cx="{Trunk}" cy="{i * RowHeight + RowHeight / 2}" r="6"/>""");
    }
}
