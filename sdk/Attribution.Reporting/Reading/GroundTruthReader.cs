using Attribution.Evaluation.Statistics;
using Attribution.Pipeline;
using Attribution.Pipeline.GroundTruth;

namespace Attribution.Reporting.Reading;

/// <summary>Reads the LDS of the methods by retraining.</summary>
internal static class GroundTruthReader
{
    /// <summary>The methods by their LDS; empty if the experiment does not retrain.</summary>
    public static IReadOnlyList<LdsComparison> Read(StageContext context) => [.. LdsRanking.Of(GroundTruthMetrics.Read(context)).Select(ranking =>
        new LdsComparison(ranking.Train, ranking.Eval, ranking.Methods[0].Lds.Subsets, ranking.Methods[0].Lds.Seeds,
            [.. ranking.Methods.Select(m => new LdsOfMethod(m.Title, Estimate(m.Lds.Lds), Estimate(m.Lds.PerRow), NotToldFrom(m, ranking)))]))];

    private static string[] NotToldFrom(RankedMethod method, LdsRanking ranking)
    {
        if (method.Lds.Lds.Estimate is null)
            return [];
        var (first, random) = (ranking.Methods[0], ranking.Methods.FirstOrDefault(m => m.Title == ReportedRun.RandomName));
        return [.. method != first && !method.IsToldFromFirst ? new[] { first.Title } : [],
            .. method != random && random != first && method.IsToldFromRandom == false ? new[] { ReportedRun.RandomName } : []];
    }

    private static ReportedDifference? Estimate(ReadableInterval? interval) =>
        interval?.Estimate is { } estimate ? new(estimate, interval.Lower, interval.Upper) : null;
}
