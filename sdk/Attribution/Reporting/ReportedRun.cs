namespace Attribution.Reporting;

/// <summary>A run: a choice of training rows, and what training on them did.</summary>
/// <param name="Name">Its name, as in <c>metrics.json</c>; also its folder below <c>out/</c>.</param>
/// <param name="Train">The training set; null for the base model.</param>
/// <param name="Eval">The evaluation set.</param>
/// <param name="Attribution">The method of the training vectors, or the baseline.</param>
/// <param name="Selection">The method of the evaluation vectors; null for a baseline.</param>
/// <param name="Metrics">Its line of <c>metrics.json</c>.</param>
public sealed record ReportedRun(string Name, string? Train, string Eval, string Attribution, string? Selection, IReadOnlyDictionary<string, double?> Metrics)
{
    /// <summary>The name of the baseline that draws at random.</summary>
    public const string Random = "random";

    /// <summary>The name of the baseline that trains on nothing.</summary>
    public const string None = "none";

    /// <summary>The layer that scores compare.</summary>
    public int? Layer { get; init; }

    /// <summary>How many rows were chosen.</summary>
    public int TopK { get; init; }

    /// <summary>The share of training rows that are known to show the behaviour.</summary>
    public double? PlantedShare { get; init; }

    /// <summary>The mean judged score of each repeat.</summary>
    public IReadOnlyList<double> RepeatMeans { get; init; } = [];

    /// <summary>The scores of all training rows.</summary>
    public ScoreHistogram? Scores { get; init; }

    /// <summary>The runs, by their place in the list, under which <see cref="RankedRow.Others"/> ranks the rows.</summary>
    public IReadOnlyList<int> Others { get; init; } = [];

    /// <summary>The rows of the highest scores, best first; of a draw at random, those drawn first.</summary>
    public IReadOnlyList<RankedRow> Top { get; init; } = [];

    /// <summary>The rows of the lowest scores, lowest first.</summary>
    public IReadOnlyList<RankedRow> Bottom { get; init; } = [];

    /// <summary>The loss of each step of training.</summary>
    public IReadOnlyList<double> Loss { get; init; } = [];

    /// <summary>How many steps lie between two values of <see cref="Loss"/>.</summary>
    public int LossStride { get; init; } = 1;

    /// <summary>The model's answers to the evaluation set's held-out prompts after training.</summary>
    public IReadOnlyList<ReportedAnswer> Answers { get; init; } = [];

    /// <summary>The methods in a few words.</summary>
    public string Methods() => Selection is null ? Attribution : $"{Attribution} × {Selection}";
}
