namespace Attribution.Reporting;

/// <summary>The verdict of <c>metrics.json</c> on the runs of one training and one evaluation set.</summary>
/// <param name="Train">The training set.</param>
/// <param name="Eval">The evaluation set.</param>
/// <param name="Metric">The metric in <c>metrics.json</c> that the runs are compared by.</param>
/// <param name="Leader">The run that led on one half of the held-out prompts, as a position in the list of runs.</param>
/// <param name="Score">Its mean on the other half.</param>
/// <param name="Verdict">The verdict in words.</param>
/// <param name="IsBest">Whether the leader is significantly above the random draw and the second.</param>
internal sealed record RunComparison(string Train, string Eval, string Metric, int Leader, double Score, string Verdict, bool IsBest)
{
    /// <summary>The standard deviation of the score over seeds; null with one seed.</summary>
    public double? ScoreSd { get; init; }

    /// <summary>The base model's mean on the same half.</summary>
    public double? Before { get; init; }

    /// <summary>The mean of the random draw on the same half; null if there is none.</summary>
    public double? Random { get; init; }

    /// <summary>The run that came second on the first half, as a position in the list of runs.</summary>
    public int? Second { get; init; }

    /// <summary>The leader's difference from the random draw.</summary>
    public ReportedDifference? OverRandom { get; init; }

    /// <summary>The leader's difference from the second.</summary>
    public ReportedDifference? OverSecond { get; init; }

    /// <summary>The number of seeds.</summary>
    public required int Seeds { get; init; }

    /// <summary>The number of prompts in the other half; 0 if the metric is not per prompt.</summary>
    public required int Prompts { get; init; }
}

/// <summary>A difference or another estimate, with its 95% interval.</summary>
/// <param name="Difference">The mean difference, or another estimate.</param>
/// <param name="Lower">The lower end of the interval; null if not known.</param>
/// <param name="Upper">The upper end of the interval; null if not known.</param>
internal sealed record ReportedDifference(double Difference, double? Lower, double? Upper);

/// <summary>A run with one seed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Name">Its name in <c>metrics.json</c>; also its folder below <c>out/</c>.</param>
/// <param name="Metrics">Its metrics there.</param>
/// <param name="Loss">The loss at each training step.</param>
internal sealed record SeedResult(long Seed, string Name, IReadOnlyDictionary<string, double?> Metrics, IReadOnlyList<double> Loss)
{
    /// <summary>The number of training steps, all of which <see cref="Loss"/> has if its curve is not thinned.</summary>
    public int Steps { get => field > 0 ? field : Loss.Count; init; }
}

/// <summary>The methods measured by retraining for one training and one evaluation set, the highest LDS first.</summary>
/// <param name="Train">The training set.</param>
/// <param name="Eval">The evaluation set.</param>
/// <param name="Subsets">The number of subsets that were trained on.</param>
/// <param name="Seeds">The number of seeds for each subset.</param>
/// <param name="Methods">The methods.</param>
internal sealed record LdsComparison(string Train, string Eval, int Subsets, int Seeds, IReadOnlyList<LdsOfMethod> Methods);

/// <summary>The LDS of a method.</summary>
/// <param name="Title">The method's name for display.</param>
/// <param name="Lds">The LDS with its interval; null if not known.</param>
/// <param name="PerRow">The mean of the LDS by single evaluation rows; null if the method has no scores by single rows.</param>
/// <param name="NotToldFrom">
/// Of <c>the first</c>, which has the highest LDS, and <c>random</c> scores, those from which the method does not differ significantly.
/// </param>
internal sealed record LdsOfMethod(string Title, ReportedDifference? Lds, ReportedDifference? PerRow, IReadOnlyList<string> NotToldFrom);
