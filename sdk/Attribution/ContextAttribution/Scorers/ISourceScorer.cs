namespace Attribution.ContextAttribution.Scorers;

/// <summary>A method that scores the sources of a task.</summary>
public interface ISourceScorer
{
    /// <summary>The name in tables: <c>at2</c>, <c>mean_attention</c>, <c>leave_one_out</c>, <c>surrogate_32</c>, <c>random</c>.</summary>
    string Name { get; }

    /// <summary>Scores every source for every unit of a task. A higher score means that the unit depends more on the source.</summary>
    /// <param name="task">The task, with at least one unit.</param>
    /// <param name="example">Identifies the example; seeds are derived from it.</param>
    /// <param name="cancellation">Checked between passes.</param>
    SourceScores Score(AttributionTask task, string example, CancellationToken cancellation = default);
}

/// <summary>Scores of a task's sources, and their cost.</summary>
/// <param name="Values">The scores, [U][S].</param>
/// <param name="ForwardPasses">The number of passes of the model, ablated and un-ablated.</param>
/// <param name="Seconds">The wall-clock time in seconds.</param>
public sealed record SourceScores(float[][] Values, int ForwardPasses, double Seconds)
{
    /// <summary>Whether the scores rank the sources; if not, there is no highest-scored source.</summary>
    public bool HasOrder { get; init; } = true;
}
