namespace Attribution.ContextAttribution.Scorers;

/// <summary>A way to score the sources of a task.</summary>
public interface ISourceScorer
{
    /// <summary>Its name in tables: <c>at2</c>, <c>mean_attention</c>, <c>leave_one_out</c>, <c>surrogate_32</c>, <c>random</c>.</summary>
    string Name { get; }

    /// <summary>Scores every source for every unit of a task; higher means that the unit owes more to it.</summary>
    /// <param name="task">The task, with at least one unit.</param>
    /// <param name="example">What tells the example from others: seeds come from it.</param>
    /// <param name="cancellation">Stops between two passes.</param>
    SourceScores Score(AttributionTask task, string example, CancellationToken cancellation = default);
}

/// <summary>Scores of a task's sources and what they took.</summary>
/// <param name="Values">[U][S].</param>
/// <param name="ForwardPasses">Passes of the model, ablated ones and the un-ablated one each counted as one.</param>
/// <param name="Seconds">Seconds of wall-clock time.</param>
public sealed record SourceScores(float[][] Values, int ForwardPasses, double Seconds)
{
    /// <summary>Whether the scores put some sources before others; of those that do not there is no first one.</summary>
    public bool HasOrder { get; init; } = true;
}
