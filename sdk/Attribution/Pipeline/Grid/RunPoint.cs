namespace Attribution.Pipeline.Grid;

/// <summary>A place on the axes of an experiment's grid; null where a run has no value of an axis, or where nothing has to be said of it.</summary>
internal sealed record RunPoint
{
    /// <summary>How vectors are compared.</summary>
    public string? ScoringMethod { get; init; }

    /// <summary>How many rows are selected.</summary>
    public int? TopK { get; init; }

    /// <summary>Which end of the ranking they are from, of a k-curve: one of <see cref="Contracts.RankingEndNames"/>.</summary>
    public string? End { get; init; }

    /// <summary>The learning rate of the first step.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Passes over the selected rows.</summary>
    public int? Epochs { get; init; }

    /// <summary>The adapter's rank.</summary>
    public int? LoraRank { get; init; }

    /// <summary>The seed of the run: of its training, its answers, and of what else is drawn.</summary>
    public long? Seed { get; init; }

    /// <summary>What of it decides which rows are selected; with the seed, since some selections are drawn.</summary>
    public RunPoint SelectionPart() => this with { LearningRate = null, Epochs = null, LoraRank = null };

    /// <summary>The point, or null if nothing is said.</summary>
    public RunPoint? OrNull() => this == new RunPoint() ? null : this;
}

/// <summary>An axis of the grid.</summary>
/// <param name="Setting">Its name among the settings of a run, in <c>metrics.json</c> and in queries.</param>
/// <param name="Mark">What its values begin with in the names of runs.</param>
/// <param name="Of">The value at a point.</param>
internal sealed record RunAxis(string Setting, string Mark, Func<RunPoint, object?> Of)
{
    /// <summary>The axes of which a selection depends, in the order of names. The layer is one besides: it is in every name.</summary>
    public static IReadOnlyList<RunAxis> Selection { get; } = [new("scoring_method", "", p => p.ScoringMethod), new("top_k", "k", p => p.TopK),
        new("end", "", p => p.End)];

    /// <summary>The axes of training.</summary>
    public static IReadOnlyList<RunAxis> Training { get; } =
        [new("learning_rate", "lr", p => p.LearningRate), new("epochs", "epochs", p => p.Epochs), new("lora_rank", "rank", p => p.LoraRank)];

    /// <summary>The seed.</summary>
    public static RunAxis Seed { get; } = new("seed", "seed", p => p.Seed);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<RunAxis> All { get; } = [.. Selection, .. Training, Seed];

    /// <summary>The values of axes that a point has, as names of runs have them: <c>k50</c>, <c>lr0.001</c>.</summary>
    public static IEnumerable<string> Names(IEnumerable<RunAxis> axes, RunPoint? point) => point is null ? [] : axes
        .Where(axis => axis.Of(point) is not null).Select(axis => FormattableString.Invariant($"{axis.Mark}{axis.Of(point)}"));
}
