using System.Text.Json.Serialization;
using Attribution.Evaluation.Statistics;

namespace Attribution.Pipeline.Verdicts;

/// <summary>The conclusion about the runs of one training and one evaluation set.</summary>
/// <param name="Train">The training set.</param>
/// <param name="Eval">The evaluation set.</param>
/// <param name="Metric">The metric that the runs are compared by.</param>
/// <param name="Leader">The runs, over all seeds, that led on one half of the held-out prompts.</param>
/// <param name="Score">Their mean on the other half.</param>
internal sealed record Verdict(string Train, string Eval, string Metric, string Leader, double Score)
{
    /// <summary>The standard deviation over seeds of <see cref="Score"/>; null with one seed.</summary>
    public double? ScoreSd { get; init; }

    /// <summary>The mean of the base model on the same half; null if it has no score there.</summary>
    public double? Before { get; init; }

    /// <summary>The mean of the random draw on the same half; null if there is none, or if it has no score there.</summary>
    public double? Random { get; init; }

    /// <summary>The leader's difference from the random draw, on the other half; null without a prompt on which both have a score.</summary>
    public ComparedWith? OverRandom { get; init; }

    /// <summary>The runs that came second on the first half; null if there are none, or if they share no scored prompt with the leader.</summary>
    public string? Second { get; init; }

    /// <summary>The leader's difference from the second, on the other half.</summary>
    public ComparedWith? OverSecond { get; init; }

    /// <summary>The number of seeds.</summary>
    public required int Seeds { get; init; }

    /// <summary>The number of prompts in the other half; 0 if the metric is not per prompt, so that nothing could be held out.</summary>
    public required int Prompts { get; init; }

    /// <summary>Whether the leader is the best: it is significantly above the random draw and the second, as far as they exist.</summary>
    public required bool IsBest { get; init; }

    /// <summary>The verdict in words, as the terminal, the tables and the report show it.</summary>
    public required string Text { get; init; }

    /// <summary>The training and the evaluation set.</summary>
    [JsonIgnore]
    public string Name => $"{Train}/{Eval}";
}

/// <summary>A difference and its 95% interval.</summary>
/// <param name="Difference">The mean difference.</param>
/// <param name="Cells">The number of cells (prompt and seed) in the mean.</param>
internal sealed record ComparedWith(double Difference, int Cells)
{
    /// <summary>The lower end of the interval; null with fewer than two cells.</summary>
    public double? Lower { get; init; }

    /// <summary>The upper end of the interval.</summary>
    public double? Upper { get; init; }

    public static ComparedWith Of(PairedDifference found) =>
        new(found.Interval.Estimate, found.Cells) { Lower = Readable.Finite(found.Interval.Lower), Upper = Readable.Finite(found.Interval.Upper) };
}
