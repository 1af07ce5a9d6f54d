namespace Attribution.Pipeline.Grid;

/// <summary>Values on the axes of an experiment's grid; null if the run has no value on an axis, or if it need not be named.</summary>
internal sealed record RunPoint
{
    /// <summary>The scoring method.</summary>
    public string? ScoringMethod { get; init; }

    /// <summary>The number of selected rows.</summary>
    public int? TopK { get; init; }

    /// <summary>For a k-curve, the end of the ranking that the rows are from: one of <see cref="Contracts.RankingEndNames"/>.</summary>
    public string? End { get; init; }

    /// <summary>The learning rate of the first step.</summary>
    public double? LearningRate { get; init; }

    /// <summary>The number of passes over the selected rows.</summary>
    public int? Epochs { get; init; }

    /// <summary>The adapter's rank.</summary>
    public int? LoraRank { get; init; }

    /// <summary>The seed of the run: of its training, its answers, and every other random draw.</summary>
    public long? Seed { get; init; }

    /// <summary>The values that decide the selected rows. They include the seed, because some selections are drawn at random.</summary>
    public RunPoint SelectionPart() => this with { LearningRate = null, Epochs = null, LoraRank = null };

    /// <summary>The point; null if it has no values.</summary>
    public RunPoint? OrNull() => this == new RunPoint() ? null : this;
}

/// <summary>An axis of the grid.</summary>
/// <param name="Setting">The axis's name in a run's settings, in <c>metrics.json</c> and in queries.</param>
/// <param name="Mark">The prefix of its values in the names of runs.</param>
/// <param name="Of">Returns the value at a point.</param>
internal sealed record RunAxis(string Setting, string Mark, Func<RunPoint, object?> Of)
{
    /// <summary>The axes that a selection depends on, in the order of names, apart from the layer, which is in every name.</summary>
    public static IReadOnlyList<RunAxis> Selection { get; } = [new("scoring_method", "", p => p.ScoringMethod), new("top_k", "k", p => p.TopK),
        new("end", "", p => p.End)];

    /// <summary>The axes of training.</summary>
    public static IReadOnlyList<RunAxis> Training { get; } =
        [new("learning_rate", "lr", p => p.LearningRate), new("epochs", "epochs", p => p.Epochs), new("lora_rank", "rank", p => p.LoraRank)];

    /// <summary>The seed.</summary>
    public static RunAxis Seed { get; } = new("seed", "seed", p => p.Seed);

    /// <summary>All axes.</summary>
    public static IReadOnlyList<RunAxis> All { get; } = [.. Selection, .. Training, Seed];

    /// <summary>A point's values as they appear in the names of runs: <c>k50</c>, <c>lr0.001</c>.</summary>
    public static IEnumerable<string> Names(IEnumerable<RunAxis> axes, RunPoint? point) => point is null ? [] : axes
        .Where(axis => axis.Of(point) is not null).Select(axis => FormattableString.Invariant($"{axis.Mark}{axis.Of(point)}"));
}
