namespace Attribution.ContextAttribution.Evaluation;

/// <summary>How well one scorer did, on one example or on the mean of several.</summary>
/// <param name="Scorer">The scorer's name.</param>
/// <param name="Lds">The linear datamodelling score: Spearman's correlation over ablations between the sum of the kept sources' scores and the
/// output, the mean over units; 0 where the scores say nothing; NaN where the outputs do not change.</param>
/// <param name="Top1Drop">How far a unit's log-probability falls when its highest-scored source is removed, in nats, the mean over units.</param>
/// <param name="Top3Drop">The same for the three highest.</param>
/// <param name="Top5Drop">The same for the five highest.</param>
/// <param name="ForwardPasses">Forward passes per example that scoring took.</param>
/// <param name="Seconds">Seconds per example that scoring took.</param>
public sealed record ScorerEvaluation(
    string Scorer, double Lds, double Top1Drop, double Top3Drop, double Top5Drop, double ForwardPasses, double Seconds);
