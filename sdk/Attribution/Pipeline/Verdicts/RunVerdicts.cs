using Attribution.Evaluation.Statistics;
using Attribution.Pipeline.Snapshots;
using MathNet.Numerics.Statistics;

namespace Attribution.Pipeline.Verdicts;

/// <summary>
/// Decides what can be concluded about runs; nothing else does. The leader is selected on one half of the held-out prompts and measured on the other, so that
/// luck in the selection does not count. It is the best only if the paired bootstrap distinguishes it from the random draw and from the second.
/// </summary>
internal static class RunVerdicts
{
    public const string Best = "best", NotFromRandom = "not told from random", NotFromSecond = "not told from the second", Worse = "worse than random",
        WorseThanSecond = "worse than the second";

    // The settings that a random draw shares with the runs that it is the baseline of.
    private static readonly string[] SamePoint = ["train", "eval", "top_k", "learning_rate", "epochs", "lora_rank"];

    /// <summary>A verdict for each pair of training and evaluation set with scored runs.</summary>
    /// <param name="groups">All runs, grouped by everything but the seed.</param>
    /// <param name="metric">The metric of their cells.</param>
    public static IReadOnlyList<Verdict> Of(IReadOnlyList<SeedGroup> groups, string metric) =>
    [
        .. groups.Where(group => group.IsScored && group.Cells.Count > 0).GroupBy(group => (Train: group.Setting("train")!, Eval: group.Setting("eval")!))
            .Select(sets => Decide(sets.Key.Train, sets.Key.Eval, metric, [.. sets], groups))
    ];

    /// <summary>The random draw that a group is compared with: as many rows, trained on in the same way; null if there is none.</summary>
    public static SeedGroup? RandomOf(SeedGroup group, IEnumerable<SeedGroup> all) => all.FirstOrDefault(other =>
        other.Setting("attribution") == ResultTable.Random && SamePoint.All(name => other.Setting(name) == group.Setting(name)));

    /// <summary>The same among the lines of <c>metrics.json</c>, by name.</summary>
    public static string? RandomOf(RunMetrics run, IReadOnlyDictionary<string, RunMetrics> all) => all.FirstOrDefault(other =>
        Text(other.Value, "attribution") == ResultTable.Random && SamePoint.All(name => Text(other.Value, name) == Text(run, name))).Key;

    private static string? Text(RunMetrics run, string name) => run.Settings.GetValueOrDefault(name)?.ToString();

    private static Verdict Decide(string train, string eval, string metric, SeedGroup[] candidates, IReadOnlyList<SeedGroup> all)
    {
        var (choosing, telling) = Halves(candidates);
        // Answers may lack a score, so a group may have none on a half: it can neither lead there nor be measured.
        SeedGroup[] able = [.. candidates.Where(group => Within(group.Cells, choosing).Length > 0 && Within(group.Cells, telling).Length > 0)];
        if (able.Length == 0)
            (able, choosing, telling) = (candidates, [.. choosing, .. telling], [.. choosing, .. telling]);
        // The first of equal groups wins.
        SeedGroup[] ranked = [.. able.OrderByDescending(group => Mean(Within(group.Cells, choosing)))];
        var (leader, second, random) = (ranked[0], ranked.ElementAtOrDefault(1), RandomOf(ranked[0], all));
        var cells = Within(leader.Cells, telling);
        var (overRandom, overSecond) = (Compare(random), Compare(second));
        var isBest = overRandom?.IsTold != false && overRandom?.Interval.Estimate is not < 0 && overSecond is not { IsTold: false }
            && overSecond?.Interval.Estimate is not < 0 && (overRandom ?? overSecond) is not null;
        double[] bySeed = [.. cells.GroupBy(cell => cell.Seed).Select(seed => seed.Average(cell => cell.Score))];
        return new Verdict(train, eval, metric, leader.Name, Mean(cells)!.Value)
        {
            ScoreSd = bySeed.Length > 1 ? bySeed.StandardDeviation() : null,
            Before = Mean(Within(leader.Before, telling)),
            Random = Mean(Within(random?.Cells ?? [], telling)),
            OverRandom = overRandom is { } fromRandom ? ComparedWith.Of(fromRandom) : null,
            Second = overSecond is null ? null : second!.Name,
            OverSecond = overSecond is { } fromSecond ? ComparedWith.Of(fromSecond) : null,
            Seeds = bySeed.Length,
            Prompts = choosing.SetEquals(telling) ? 0 : telling.Count,
            IsBest = isBest,
            Text = Words(isBest, overRandom, overSecond, cells.Length),
        };

        // Null without a cell that both have.
        PairedDifference? Compare(SeedGroup? other) =>
            other is not null && PairedBootstrap.Difference(cells, Within(other.Cells, telling)) is { Cells: > 0 } found ? found : null;
    }

    private static string Words(bool isBest, PairedDifference? overRandom, PairedDifference? overSecond, int cells)
    {
        var said = isBest ? Best
            : overRandom is { IsTold: false } ? NotFromRandom
            : overRandom is { Interval.Estimate: < 0 } ? Worse
            : overSecond is null ? "nothing to compare with"
            : overSecond is { IsTold: true, Interval.Estimate: < 0 } ? WorseThanSecond
            : NotFromSecond;
        return cells < PairedDifference.FewCells ? $"{said}, few cells ({cells})" : said;
    }

    // Split in the order of the prompts' hashes, which is unrelated to their content. Scores without prompts, or of a single prompt, cannot be split.
    private static (HashSet<string> Choosing, HashSet<string> Telling) Halves(SeedGroup[] candidates)
    {
        string[] prompts = [.. candidates.SelectMany(group => group.Cells).Select(cell => cell.Prompt).Distinct().Order(StringComparer.Ordinal)];
        return prompts.Length < 2 ? ([.. prompts], [.. prompts]) : ([.. prompts[..(prompts.Length / 2)]], [.. prompts[(prompts.Length / 2)..]]);
    }

    private static ScoredCell[] Within(IReadOnlyList<ScoredCell> all, HashSet<string> prompts) => [.. all.Where(cell => prompts.Contains(cell.Prompt))];

    private static double? Mean(ScoredCell[] cells) => cells.Length == 0 ? null : cells.Average(cell => cell.Score);
}
