using Attribution.Evaluation.Statistics;
using Attribution.Pipeline.Results;

namespace Attribution.Pipeline.GroundTruth;

/// <summary>
/// The methods that were measured on one training and one evaluation set, the highest LDS first, and which of them the bootstrap tells apart: what tables
/// and the report say is decided here.
/// </summary>
/// <param name="Train">The training set.</param>
/// <param name="Eval">The evaluation set.</param>
/// <param name="Methods">The methods; last those without an LDS.</param>
internal sealed record LdsRanking(string Train, string Eval, IReadOnlyList<RankedMethod> Methods)
{
    /// <summary>A ranking for each training and evaluation set.</summary>
    public static IReadOnlyList<LdsRanking> Of(IReadOnlyList<MeasuredMethod> methods) => [.. methods.GroupBy(m => (m.Key.Train, m.Key.Eval)).Select(section =>
    {
        var measured = section.Select(m => (m.Title, Lds: MeasuredLds.Read(m.File.Path))).OrderByDescending(m => m.Lds.Lds.Estimate ?? double.NegativeInfinity)
            .ToArray();
        var random = measured.FirstOrDefault(m => m.Title == JobKey.Random).Lds;
        return new LdsRanking(section.Key.Train!, section.Key.Eval!, [.. measured.Select(m =>
            new RankedMethod(m.Title, m.Lds, IsTold(measured[0].Lds, m.Lds), random is null ? null : IsTold(m.Lds, random)))]);
    })];

    // A method is not told from itself, nor from one of which nothing is known.
    private static bool IsTold(MeasuredLds first, MeasuredLds second) => first != second && first.Lds.Estimate is not null && second.Lds.Estimate is not null
        && LinearDatamodelingScore.Difference(first.Predicted, second.Predicted, first.Outputs).ExcludesZero;
}

/// <summary>A method with its place among others.</summary>
/// <param name="Title">What people call it.</param>
/// <param name="Lds">What was measured.</param>
/// <param name="IsToldFromFirst">Whether it is told from the method with the highest LDS.</param>
/// <param name="IsToldFromRandom">Whether it is told from random scores; null where these were not measured.</param>
internal sealed record RankedMethod(string Title, MeasuredLds Lds, bool IsToldFromFirst, bool? IsToldFromRandom);
