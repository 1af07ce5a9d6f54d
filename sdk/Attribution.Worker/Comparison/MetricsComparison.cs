using Attribution.Contracts;
using Attribution.Pipeline.Grid;
using Attribution.Pipeline.GroundTruth;
using Attribution.Pipeline.Snapshots;
using Attribution.Pipeline.Verdicts;

namespace Attribution.Worker.Comparison;

/// <summary>Two sets of metrics, compared run by run.</summary>
/// <param name="A">The first.</param>
/// <param name="B">The second.</param>
/// <param name="Pairs">The runs that both sets have, in the first's order.</param>
/// <param name="OnlyA">The names of runs that only the first has.</param>
/// <param name="OnlyB">The names of runs that only the second has.</param>
internal sealed record MetricsComparison(MetricsSource A, MetricsSource B, IReadOnlyList<RunPair> Pairs, IReadOnlyList<string> OnlyA,
    IReadOnlyList<string> OnlyB)
{
    /// <summary>What both said of the runs for each training and evaluation set, in the first's order.</summary>
    public IReadOnlyList<VerdictPair> Verdicts { get; } =
        [.. (A.Metrics.Verdicts ?? []).Concat(B.Metrics.Verdicts ?? []).Select(verdict => (verdict.Train, verdict.Eval)).Distinct().Select(sets =>
            new VerdictPair(sets.Train, sets.Eval, Find(A, sets), Find(B, sets)))];

    // A run and a measure of ground truth are of different kinds; the ends of a ranking are opposites.
    private static readonly string[] Kind = [GroundTruthMetrics.Setting, "end"];

    // If names differ, as with different layers: the settings that make two runs counterparts, the closest match first.
    private static readonly string[][] Likenesses =
    [
        [.. Kind, "train", "eval", "attribution", "selection", .. RunAxis.All.Select(axis => axis.Setting).Except([.. Kind, RunAxis.Seed.Setting])],
        [.. Kind, "train", "eval", "attribution", "selection"],
        [.. Kind, "eval", "attribution", "selection"],
    ];

    /// <summary>
    /// Pairs runs with the same name; then, among the rest, runs that are the only ones with the same data, methods and values on the axes; with the same data
    /// and methods; or with the same evaluation set and methods. A line of ground truth is paired with another only, as is a run from an end of the ranking.
    /// </summary>
    public static MetricsComparison Of(MetricsSource a, MetricsSource b)
    {
        var (restA, restB) = (a.Metrics.OverSeeds.ToDictionary(), b.Metrics.OverSeeds.ToDictionary());
        var pairs = new Dictionary<string, RunPair>();
        void Pair(string nameA, string nameB)
        {
            pairs.Add(nameA, new(nameA, nameB, restA[nameA], restB[nameB]));
            restA.Remove(nameA);
            restB.Remove(nameB);
        }
        foreach (var name in restA.Keys.Intersect(restB.Keys).ToArray())
            Pair(name, name);
        foreach (var likeness in Likenesses)
        {
            var unique = Unique(restB, likeness);
            foreach (var (key, name) in Unique(restA, likeness))
                if (unique.TryGetValue(key, out var other))
                    Pair(name, other);
        }
        return new(a, b, [.. a.Metrics.OverSeeds.Keys.Where(pairs.ContainsKey).Select(name => pairs[name])], [.. restA.Keys], [.. restB.Keys]);
    }

    private static Verdict? Find(MetricsSource source, (string Train, string Eval) sets) =>
        source.Metrics.Verdicts?.FirstOrDefault(verdict => (verdict.Train, verdict.Eval) == sets);

    // The runs that are the only ones with their settings, by these settings.
    private static Dictionary<string, string> Unique(Dictionary<string, RunMetrics> runs, string[] settings) => runs
        .Where(run => run.Value.Settings.GetValueOrDefault("eval") is not null)
        .GroupBy(run => string.Join('\n', settings.Select(setting => ValueOf(run.Value, setting))))
        .Where(kind => kind.Count() == 1)
        .ToDictionary(kind => kind.Key, kind => kind.Single().Key);

    // Without a k-curve, rows are from the top.
    private static string? ValueOf(RunMetrics run, string setting) =>
        run.Settings.GetValueOrDefault(setting)?.ToString() ?? (setting == "end" ? RankingEndNames.Top : null);
}

/// <summary>What two experiments said of the runs for one training and one evaluation set.</summary>
/// <param name="Train">The training set.</param>
/// <param name="Eval">The evaluation set.</param>
/// <param name="A">What the first said; null for nothing.</param>
/// <param name="B">What the second said.</param>
internal sealed record VerdictPair(string Train, string Eval, Verdict? A, Verdict? B);
