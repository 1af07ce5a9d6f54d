using Attribution.ContextAttribution.Evaluation;

namespace Attribution.Pipeline.Context;

/// <summary>The scores of one example by one method, as the store keeps them.</summary>
/// <param name="Scores">[U][S].</param>
/// <param name="Lds">See <see cref="ScorerEvaluation"/>; null where there is none.</param>
/// <param name="Top1Drop">The drop without the first source.</param>
/// <param name="Top3Drop">The drop without the first 3 sources.</param>
/// <param name="Top5Drop">The drop without the first 5 sources.</param>
/// <param name="ForwardPasses">Passes of the model.</param>
/// <param name="Seconds">Seconds.</param>
internal sealed record ScoredLine(float[][] Scores, double? Lds, double? Top1Drop, double? Top3Drop, double? Top5Drop, double ForwardPasses, double Seconds)
{
    public static ScoredLine Of(float[][] scores, ScorerEvaluation e) =>
        new(scores, Readable.Finite(e.Lds), Readable.Finite(e.Top1Drop), Readable.Finite(e.Top3Drop), Readable.Finite(e.Top5Drop), e.ForwardPasses, e.Seconds);

    public ScorerEvaluation ToEvaluation(string method) =>
        new(method, Lds ?? double.NaN, Top1Drop ?? double.NaN, Top3Drop ?? double.NaN, Top5Drop ?? double.NaN, ForwardPasses, Seconds);
}
