using Attribution.ContextAttribution;
using Attribution.ContextAttribution.Scorers;
using Attribution.Contracts;
using Attribution.Diagnostics;

namespace Attribution.Pipeline.Context;

/// <summary>The scorers of a stage by name. Each is created on first use.</summary>
/// <param name="model">The model.</param>
/// <param name="alpha">The probability that an ablation keeps a source.</param>
/// <param name="seed">The seed of ablations and of random scores.</param>
/// <param name="attention">The attention rule of <c>mean_attention</c>; the estimator has its own.</param>
/// <param name="estimator">The folder of the trained estimator.</param>
internal sealed class ScorerList(ModelSource model, double alpha, long seed, AttentionRule attention, Func<string> estimator)
{
    /// <summary>The name of the trained estimator's scorer.</summary>
    public const string Estimator = EstimatorNames.At2;

    private const string MeanAttention = ContextBaselineNames.MeanAttention, LeaveOneOut = ContextBaselineNames.LeaveOneOut,
        Random = ContextBaselineNames.Random,
        Surrogate = ContextBaselineNames.Surrogate;

    private readonly Dictionary<string, ISourceScorer> _made = [];

    /// <summary>The scorer with this name.</summary>
    /// <exception cref="AttributionException">ATTR1465: there is no such scorer.</exception>
    public ISourceScorer Get(string name)
    {
        if (!_made.TryGetValue(name, out var scorer))
            _made.Add(name, scorer = Make(name));
        return scorer;
    }

    private ISourceScorer Make(string name)
    {
        if (name == Random)
            return new RandomScorer(seed);
        if (name == ContextBaselineNames.Count)
            return new CountScorer();
        var transformer = model.Model.Transformer;
        return name switch
        {
            Estimator => EstimatorScorer.At2(transformer, ScoreEstimator.Load(estimator(), model.Config)),
            MeanAttention => EstimatorScorer.MeanAttention(transformer, attention),
            LeaveOneOut => new LeaveOneOutScorer(transformer),
            _ when ContextBaselineNames.Ablations(name) is { } ablations => new SurrogateScorer(transformer, ablations, alpha, seed),
            _ => throw new AttributionException(ErrorCodes.UnknownScorer,
                $"There is no way to score sources called '{name}'. Use {MeanAttention}, {LeaveOneOut}, {Surrogate}32 (or another number of ablations), "
                + $"{ContextBaselineNames.Count} or {Random}.")
            { Property = "Baseline" },
        };
    }
}

/// <summary>A scorer that keeps its last scores, which its evaluation does not return.</summary>
internal sealed class RecordingScorer(ISourceScorer scorer) : ISourceScorer
{
    public string Name => scorer.Name;

    public SourceScores? Last { get; private set; }

    public SourceScores Score(AttributionTask task, string example, CancellationToken cancellation = default) =>
        Last = scorer.Score(task, example, cancellation);
}
