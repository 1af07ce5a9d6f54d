using System.Globalization;
using Attribution.Pipeline;

namespace Attribution.Reporting.Page;

/// <summary>
/// The answer, before everything else: for each evaluation set the leading run, how certain that is, and how it compares with the random draw.
/// <see cref="Pipeline.Verdicts.RunVerdicts"/> decides all of it; nothing is decided here.
/// </summary>
internal sealed class AnswerSection
{
    private readonly ExperimentReport _report;
    private readonly IntervalScale _scale;
    private readonly bool _severalPools, _hasPrecision, _isHalved;
    private readonly int _seeds;
    private readonly string _score = "";

    public AnswerSection(ExperimentReport report)
    {
        _report = report;
        var told = report.Comparisons;
        if (told.Count == 0)
            return;
        _scale = IntervalScale.Of(told.SelectMany(c => new[] { c.OverRandom, c.OverSecond }));
        _severalPools = told.Select(c => c.Train).Distinct().Count() > 1;
        _hasPrecision = told.Any(c => ReportMetric.Precision.Of(report.Runs[c.Leader]) is not null);
        _isHalved = told.Any(c => c.Prompts > 0);
        _seeds = told.Max(c => c.Seeds);
        _score = told[0].Metric == ResultTable.Judged ? "Judged score" : "Cross-entropy gap";
    }

    public Html Render() => _report.Comparisons.Count == 0 ? Html.None : Html.Of($"""
        <section id="answer" aria-labelledby="answer-title">
        <h2 id="answer-title">Which method found the behaviour best?</h2>
        <p class="lead">{Lead()}</p>
        {SnapshotNote()}
        <div class="card flush">
        <table class="answer"><caption class="sr">What can be told for each evaluation set</caption>
        <thead><tr>
        <th scope="col">Evaluation set and the run that leads</th>
        {Html.If(_hasPrecision, $"""<th scope="col" class="n">Precision@k</th>""")}
        <th scope="col" class="n">{_score}</th><th scope="col">Over random</th><th scope="col">Over the second</th><th scope="col">Verdict</th>
        </tr></thead>
        <tbody>{_report.Comparisons.Select(Row)}</tbody>
        </table></div>
        {Explanation()}
        </section>

        """);

    // Counts the verdicts; the words are the verdicts' own.
    private string Lead()
    {
        var (all, best) = (_report.Comparisons.Count, _report.Comparisons.Count(c => c.IsBest));
        return (all, best) switch
        {
            (1, 1) => $"{_report.Runs[_report.Comparisons[0].Leader].Methods()} is the best.",
            (1, 0) => "One run leads, and it cannot be called the best.",
            _ when best == all => $"For each of the {all} evaluation sets one run is the best.",
            (_, 0) => $"One run leads for each of the {all} evaluation sets, and none can be called the best.",
            _ => $"For {best} of {all} evaluation sets one run is the best; for the others it cannot be told which is.",
        };
    }

    private Html SnapshotNote() => SummarySection.Word(_report.Snapshot) is ({ } word, "bad")
        ? Html.Of($"""<p class="alert"><a href="#experiment">{SummarySection.Capital(word)}</a>: these metrics are not those in git.</p>""") : Html.None;

    private Html Row(RunComparison told)
    {
        var run = _report.Runs[told.Leader];
        var set = (_severalPools ? $"{told.Train} → " : "") + told.Eval;
        return Html.Of($"""
            <tr><th scope="row"><span class="set">{set}</span> <a href="#run-{told.Leader}">{Html.Name(run.Methods())}</a></th>
            {Html.If(_hasPrecision, $"""<td class="n precision" data-label="precision@k">{Number(ReportMetric.Precision.Of(run))}</td>""")}
            <td class="n score" data-label="{_score.ToLowerInvariant()}">{Score(told)}</td>
            <td data-label="over random">{Difference(told.OverRandom)}</td><td data-label="over the second">{Difference(told.OverSecond)}</td>
            <td class="said"><span class="pill {(told.IsBest ? "good" : "open")}">{told.Verdict}</span></td></tr>

            """);
    }

    private static Html Score(RunComparison told)
    {
        var deviation = told.ScoreSd is { } sd ? $" ± {Number(sd)}" : "";
        var random = told.Random is { } drawn ? Html.Of($" <small>random {Number(drawn)}</small>") : Html.None;
        return Html.Of($"""
            <span class="quiet">{Number(told.Before)} <span aria-hidden="true">→</span><span class="sr">before, after:
            </span></span> <b>{Number(told.Score)}</b>{deviation}{random}
            """);
    }

    private Html Difference(ReportedDifference? found) => _scale.Show(found, difference => Html.Of($"{difference:+0.00;−0.00;0.00}"));

    private Html Explanation()
    {
        var halved = _isHalved ? " on one half of the held-out prompts; all numbers but precision are of the other half" : "";
        var seeds = _seeds > 1 ? $", as mean ± standard deviation over {_seeds} seeds" : "";
        return Html.Of($"""
            <p class="note">The run that leads{halved}{seeds}.
            Lines are 95% intervals of a paired bootstrap: a run is the best only if neither holds 0. Choose a run to see its rows, scores and answers.</p>
            """);
    }

    private static string Number(double? value) => value?.ToString("0.00;−0.00", CultureInfo.InvariantCulture) ?? "–";
}
