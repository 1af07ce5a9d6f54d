namespace Attribution.Reporting;

/// <summary>What can be said of the runs for one training and one evaluation set: the verdict of <c>metrics.json</c>.</summary>
/// <param name="Train">The training set.</param>
/// <param name="Eval">The evaluation set.</param>
/// <param name="Metric">The metric of <c>metrics.json</c> that runs are compared by.</param>
/// <param name="Leader">The run that led on one half of the held-out prompts, by its place in the list.</param>
/// <param name="Score">Its mean on the other half.</param>
/// <param name="Verdict">The verdict in words.</param>
/// <param name="IsBest">Whether the leader is told from the draw at random and from the second.</param>
internal sealed record RunComparison(string Train, string Eval, string Metric, int Leader, double Score, string Verdict, bool IsBest)
{
    /// <summary>The standard deviation of the score over seeds; null with one.</summary>
    public double? ScoreSd { get; init; }

    /// <summary>The base model's mean on the same half.</summary>
    public double? Before { get; init; }

    /// <summary>The mean of the draw at random on the same half; null where nothing was drawn.</summary>
    public double? Random { get; init; }

    /// <summary>The run that came second on the first half, by its place.</summary>
    public int? Second { get; init; }

    /// <summary>How much higher the leader is than the draw at random.</summary>
    public ReportedDifference? OverRandom { get; init; }

    /// <summary>How much higher the leader is than the second.</summary>
    public ReportedDifference? OverSecond { get; init; }

    /// <summary>How many seeds there are.</summary>
    public required int Seeds { get; init; }

    /// <summary>How many prompts the other half has; 0 where the metric is of no prompts.</summary>
    public required int Prompts { get; init; }
}

/// <summary>A difference, or another estimate, with its 95% interval.</summary>
/// <param name="Difference">The mean difference, or another estimate.</param>
/// <param name="Lower">The lower end; null where it is not known.</param>
/// <param name="Upper">The upper end; null where it is not known.</param>
internal sealed record ReportedDifference(double Difference, double? Lower, double? Upper);

/// <summary>A run with one seed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Name">Its name in <c>metrics.json</c>; also its folder below <c>out/</c>.</param>
/// <param name="Metrics">Its metrics there.</param>
/// <param name="Loss">The loss of each step of its training.</param>
internal sealed record SeedResult(long Seed, string Name, IReadOnlyDictionary<string, double?> Metrics, IReadOnlyList<double> Loss);

/// <summary>The methods that were measured by retraining for one training and one evaluation set, the highest LDS first.</summary>
/// <param name="Train">The training set.</param>
/// <param name="Eval">The evaluation set.</param>
/// <param name="Subsets">How many subsets of the training rows were trained on.</param>
/// <param name="Seeds">With how many seeds each.</param>
/// <param name="Methods">The methods.</param>
internal sealed record LdsComparison(string Train, string Eval, int Subsets, int Seeds, IReadOnlyList<LdsOfMethod> Methods);

/// <summary>The LDS of a method.</summary>
/// <param name="Title">What people call the method.</param>
/// <param name="Lds">The LDS with its interval; null where it is not known.</param>
/// <param name="PerRow">Its mean over the evaluation rows, each by itself; null where the scores are not made by evaluation row.</param>
/// <param name="NotToldFrom">Of the highest and of random scores, those that it is not told from.</param>
internal sealed record LdsOfMethod(string Title, ReportedDifference? Lds, ReportedDifference? PerRow, IReadOnlyList<string> NotToldFrom);
