using System.Text.Json.Serialization;
using Attribution.Evaluation.Statistics;

namespace Attribution.Pipeline.Verdicts;

/// <summary>What can be said of the runs for one training and one evaluation set.</summary>
/// <param name="Train">The training set.</param>
/// <param name="Eval">The evaluation set.</param>
/// <param name="Metric">The metric that runs are compared by.</param>
/// <param name="Leader">The runs, of all seeds, that led on one half of the held-out prompts.</param>
/// <param name="Score">Their mean on the other half.</param>
internal sealed record Verdict(string Train, string Eval, string Metric, string Leader, double Score)
{
    /// <summary>The standard deviation over seeds of <see cref="Score"/>; null with one seed.</summary>
    public double? ScoreSd { get; init; }

    /// <summary>The mean of the base model on the same half.</summary>
    public double? Before { get; init; }

    /// <summary>The mean of the draw at random on the same half; null where nothing was drawn.</summary>
    public double? Random { get; init; }

    /// <summary>How much better the leader is than the draw at random, on the other half.</summary>
    public ComparedWith? OverRandom { get; init; }

    /// <summary>The runs that came second on the first half.</summary>
    public string? Second { get; init; }

    /// <summary>How much better the leader is than the second, on the other half.</summary>
    public ComparedWith? OverSecond { get; init; }

    /// <summary>How many seeds there are.</summary>
    public required int Seeds { get; init; }

    /// <summary>How many prompts the other half has; 0 where the metric is not of prompts, so that nothing could be held back.</summary>
    public required int Prompts { get; init; }

    /// <summary>Whether the leader is crowned: it is told from the draw at random and from the second, where there are such.</summary>
    public required bool IsBest { get; init; }

    /// <summary>The verdict in words: what the terminal, the tables and the report say.</summary>
    public required string Text { get; init; }

    /// <summary>The training and the evaluation set.</summary>
    [JsonIgnore]
    public string Name => $"{Train}/{Eval}";
}

/// <summary>A difference and its 95% interval.</summary>
/// <param name="Difference">The mean difference.</param>
/// <param name="Cells">How many cells of prompt and seed it is over.</param>
internal sealed record ComparedWith(double Difference, int Cells)
{
    /// <summary>The lower end; null where there are fewer than two cells.</summary>
    public double? Lower { get; init; }

    /// <summary>The upper end.</summary>
    public double? Upper { get; init; }

    public static ComparedWith Of(PairedDifference found) =>
        new(found.Interval.Estimate, found.Cells) { Lower = Readable.Finite(found.Interval.Lower), Upper = Readable.Finite(found.Interval.Upper) };
}
