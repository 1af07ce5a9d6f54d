using Attribution.Evaluation.Statistics;
using Attribution.Pipeline.Results;

namespace Attribution.Pipeline.GroundTruth;

/// <summary>
/// The ranking of the methods measured on one training and one evaluation set, the highest LDS first, with the significant differences by the bootstrap. Tables
/// and the report show what is decided here.
/// </summary>
/// <param name="Train">The training set.</param>
/// <param name="Eval">The evaluation set.</param>
/// <param name="Methods">The methods; those without an LDS come last.</param>
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

    // A method does not differ from itself, nor from one whose LDS is not known.
    private static bool IsTold(MeasuredLds first, MeasuredLds second) => first != second && first.Lds.Estimate is not null && second.Lds.Estimate is not null
        && LinearDatamodelingScore.Difference(first.Predicted, second.Predicted, first.Outputs).ExcludesZero;
}

/// <summary>A method with its position among others.</summary>
/// <param name="Title">Its name for display.</param>
/// <param name="Lds">Its measures.</param>
/// <param name="IsToldFromFirst">Whether it differs significantly from the method with the highest LDS.</param>
/// <param name="IsToldFromRandom">Whether it differs significantly from random scores; null if these were not measured.</param>
internal sealed record RankedMethod(string Title, MeasuredLds Lds, bool IsToldFromFirst, bool? IsToldFromRandom);
