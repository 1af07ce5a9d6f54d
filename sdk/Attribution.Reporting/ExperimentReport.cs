using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Attribution.Pipeline.Snapshots;
using Attribution.Reporting.ContextAttribution;
using Attribution.Tokenization;

namespace Attribution.Reporting;

/// <summary>
/// Everything that an experiment's report shows. Each property is a file <c>out/report/NAME.json</c>, which the page contains unchanged; the page shows nothing
/// else.
/// </summary>
internal sealed record ExperimentReport
{
    /// <summary>The experiment's name, command and settings.</summary>
    public required ReportedExperiment Experiment { get; init; }

    /// <summary>The result of the comparison with the snapshot in git; null if nothing was compared.</summary>
    public SnapshotVerdict? Snapshot { get; init; }

    /// <summary>The evaluation sets, in the experiment's order.</summary>
    public required IReadOnlyList<EvaluationSet> Evaluations { get; init; }

    /// <summary>The runs, in the experiment's order.</summary>
    public required IReadOnlyList<ReportedRun> Runs { get; init; }

    /// <summary>The verdicts on the runs.</summary>
    public IReadOnlyList<RunComparison> Comparisons { get; init; } = [];

    /// <summary>The training rows that at least one run shows, by training set and row.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<long, ReportedRow>> Rows { get; init; }

    /// <summary>The agreement between the selections and scores of runs, for each training and evaluation set.</summary>
    public required IReadOnlyList<MethodAgreement> Agreement { get; init; }

    /// <summary>The LDS of the methods by retraining; empty if the experiment does not retrain.</summary>
    public IReadOnlyList<LdsComparison> GroundTruth { get; init; } = [];

    /// <summary>The results of an experiment in context attribution; null for one that selects training data.</summary>
    public ContextResults? Context { get; init; }

    /// <summary>The stages, in the order they run.</summary>
    public required IReadOnlyList<ReportedStage> Stages { get; init; }

    /// <summary>The inputs, the code and the programs of the results.</summary>
    public required Provenance Provenance { get; init; }

    /// <summary>Times and durations: everything that may differ between two builds of one experiment.</summary>
    public required BuildFacts Build { get; init; }

    /// <summary>The limits on the rows and answers that are shown.</summary>
    public ReportLimits Limits { get; init; } = ReportLimits.Widest;
}

/// <summary>An experiment's name, command and settings.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Command">The command that builds it.</param>
/// <param name="Settings">Its settings, the most important first.</param>
internal sealed record ReportedExperiment(string Name, string Command, IReadOnlyList<ReportedSetting> Settings);

/// <summary>A setting of an experiment in words.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Values">Its value, or values.</param>
internal sealed record ReportedSetting(string Name, params IReadOnlyList<string> Values);

/// <summary>An evaluation set, with the base model's answers to its held-out prompts.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Trait">The behaviour that it shows.</param>
/// <param name="Rows">The number of rows.</param>
/// <param name="Prompts">The held-out prompts; empty if there are none.</param>
/// <param name="Answers">The base model's answers to them.</param>
internal sealed record EvaluationSet(string Name, string? Trait, long Rows, IReadOnlyList<string> Prompts, IReadOnlyList<ReportedAnswer> Answers)
{
    /// <summary>The judge's name.</summary>
    public string? Judge { get; init; }

    /// <summary>The highest score on the judge's scale.</summary>
    public int? HighestScore { get; init; }

    /// <summary>The file with all answers in full, below <c>out/</c>.</summary>
    public string? AnswersFile { get; init; }

    /// <summary>The number of prompts that are not shown.</summary>
    public int? PromptsLeftOut { get; init; }
}

/// <summary>A run: a selection of training rows, and the effect of training on them.</summary>
/// <param name="Name">Its name, as in <c>metrics.json</c>; also its folder below <c>out/</c>.</param>
/// <param name="Train">The training set; null for the base model.</param>
/// <param name="Eval">The evaluation set.</param>
/// <param name="Attribution">The method of the training vectors, or the baseline.</param>
/// <param name="Selection">The method of the evaluation vectors; null for a baseline.</param>
/// <param name="Metrics">Its line in <c>metrics.json</c>: for several seeds the means and, as <c>…_sd</c>, standard deviations.</param>
internal sealed record ReportedRun(string Name, string? Train, string Eval, string Attribution, string? Selection, IReadOnlyDictionary<string, double?> Metrics)
{
    /// <summary>The name of the baseline that draws rows at random.</summary>
    public const string RandomName = "random";

    /// <summary>The name of the baseline without training.</summary>
    public const string NoneName = "none";

    /// <summary>The run with each seed, if there are several; rows and answers are those of the first.</summary>
    public IReadOnlyList<SeedResult> Seeds { get; init; } = [];

    /// <summary>The part of its name that distinguishes it from other runs of its methods, for example <c>k50 lr0.001</c>; null if the methods do.</summary>
    public string? Point { get; init; }

    /// <summary>Its values on the axes with several values in the experiment, apart from the seed: <c>top_k</c>, <c>learning_rate</c>, and so on.</summary>
    public IReadOnlyDictionary<string, JsonNode> Axes { get; init; } = new Dictionary<string, JsonNode>();

    /// <summary>The random run that it is compared with, as a position in the list of runs; null if there is none.</summary>
    public int? Random { get; init; }

    /// <summary>The layer whose vectors are compared.</summary>
    public int? Layer { get; init; }

    /// <summary>Whether the selected rows are those with the lowest scores, as at the bottom of a k-curve.</summary>
    public bool IsBottom { get; init; }

    /// <summary>The number of selected rows.</summary>
    public int TopK { get; init; }

    /// <summary>The share of planted rows in the training set.</summary>
    public double? PlantedShare { get; init; }

    /// <summary>The mean judged score of each repeat.</summary>
    public IReadOnlyList<double> RepeatMeans { get; init; } = [];

    /// <summary>The scores of all training rows.</summary>
    public ScoreHistogram? Scores { get; init; }

    /// <summary>The runs under which <see cref="RankedRow.Others"/> ranks the rows, as positions in the list of runs.</summary>
    public IReadOnlyList<int> Others { get; init; } = [];

    /// <summary>The rows with the highest scores, best first; for a random draw, those drawn first.</summary>
    public IReadOnlyList<RankedRow> Top { get; init; } = [];

    /// <summary>The rows with the lowest scores, lowest first.</summary>
    public IReadOnlyList<RankedRow> Bottom { get; init; } = [];

    /// <summary>The loss at each training step; with several seeds, <see cref="Seeds"/> have their own.</summary>
    public IReadOnlyList<double> Loss { get; init; } = [];

    /// <summary>The number of training steps, all of which <see cref="Loss"/> has if its curve is not thinned.</summary>
    public int Steps { get => field > 0 ? field : Loss.Count; init; }

    /// <summary>The number of steps between two values of a curve; the last is that of the last step.</summary>
    public int LossStride { get; init; } = 1;

    /// <summary>The model's answers to the evaluation set's held-out prompts after training.</summary>
    public IReadOnlyList<ReportedAnswer> Answers { get; init; } = [];

    /// <summary>The methods as a short text.</summary>
    public string Methods() => (Selection is null ? Attribution : $"{Attribution} × {Selection}") + (Point is null ? "" : $" {Point}");
}

/// <summary>A model's answer to a held-out prompt.</summary>
/// <param name="Prompt">The 0-based index of the prompt.</param>
/// <param name="Repeat">The 0-based index of the answer among those to its prompt.</param>
/// <param name="Text">The answer.</param>
/// <param name="Score">The judge's score; null if there is none.</param>
/// <param name="Rationale">The judge's reason.</param>
/// <param name="LeftOut">The number of characters that are not shown.</param>
internal sealed record ReportedAnswer(int Prompt, int Repeat, string Text, int? Score = null, string? Rationale = null, int? LeftOut = null);

/// <summary>A training row in the ranking of a run.</summary>
/// <param name="Row">Its index in the training set.</param>
/// <param name="Rank">Its rank among all rows, from 1.</param>
/// <param name="Score">Its score; null in a random draw.</param>
/// <param name="Others">Its rank in each of <see cref="ReportedRun.Others"/>; null if it has no score there.</param>
internal sealed record RankedRow(long Row, int Rank, float? Score, IReadOnlyList<int?> Others);

/// <summary>A training row as text.</summary>
/// <param name="Messages">The conversation; for a pre-tokenized row, one message with the role <c>tokens</c>.</param>
/// <param name="Planted">The behaviour planted in the row, if the dataset says so.</param>
internal sealed record ReportedRow(IReadOnlyList<ChatMessage> Messages, string? Planted = null)
{
    /// <summary>The number of characters of each message that are not shown; null if everything is.</summary>
    public IReadOnlyList<int>? LeftOut { get; init; }
}

/// <summary>The agreement between the runs of one training and one evaluation set.</summary>
/// <param name="Train">The training set.</param>
/// <param name="Eval">The evaluation set.</param>
/// <param name="Runs">The runs, as positions in the list of runs; the rows and columns of the following tables.</param>
/// <param name="Overlap">The number of selected rows that two runs share, relative to the smaller selection.</param>
/// <param name="Correlation">Spearman's correlation of the scores of all rows; null if a run has none.</param>
internal sealed record MethodAgreement(
    string Train, string Eval, IReadOnlyList<int> Runs, IReadOnlyList<IReadOnlyList<double>> Overlap, IReadOnlyList<IReadOnlyList<double?>> Correlation);

/// <summary>The results of an experiment in context attribution.</summary>
/// <param name="Methods">The measures of each method on each dataset, in the experiment's order.</param>
/// <param name="HeldOut">The number of held-out examples in each dataset.</param>
internal sealed record ContextResults(IReadOnlyList<ContextMethod> Methods, IReadOnlyDictionary<string, int> HeldOut)
{
    /// <summary>The first held-out examples of each dataset.</summary>
    /// <remarks>Not part of the JSON: the examples are in the <c>attributions.jsonl</c> of each method.</remarks>
    [JsonIgnore]
    public IReadOnlyList<AttributedExample> Examples { get; init; } = [];
}

/// <summary>The measures of a method on the held-out answers of a dataset.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Method">The method; <c>at2</c> is the estimator.</param>
/// <param name="Metrics">Its line in <c>metrics.json</c>.</param>
internal sealed record ContextMethod(string Dataset, string Method, IReadOnlyDictionary<string, double?> Metrics);

/// <summary>A held-out example with the attributions of its answer by each method.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Index">The example's row in the dataset.</param>
/// <param name="Answers">The answer with its scores, by method.</param>
internal sealed record AttributedExample(string Dataset, long Index, IReadOnlyDictionary<string, AttributedAnswer> Answers);

/// <summary>A stage of an experiment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Upstream">The stages whose results it reads.</param>
/// <param name="Results">The number of results; equal ones count once.</param>
/// <param name="Bytes">The size of the results in the store, in bytes.</param>
internal sealed record ReportedStage(string Name, IReadOnlyList<string> Upstream, int Results, long Bytes);

/// <summary>A stage's last run.</summary>
/// <param name="IsNew">Whether it ran after the previous report; otherwise it was up to date.</param>
/// <param name="Ended">The end of the run in UTC; null if not known.</param>
/// <param name="Seconds">The duration in seconds.</param>
/// <param name="Results">The number of results that it needed.</param>
/// <param name="Computed">The number of these that it computed; the others were in the store.</param>
/// <param name="Blocks">The number of blocks of rows that it processed, if it works by blocks.</param>
/// <param name="BlocksComputed">The number of these that it computed.</param>
internal sealed record StageTiming(bool IsNew, DateTime? Ended, double Seconds, int Results, int Computed, int Blocks, int BlocksComputed);

/// <summary>The inputs, the code and the programs of the results.</summary>
/// <param name="Inputs">The files, by path.</param>
/// <param name="Versions">The versions of the programs that took part, by name.</param>
/// <param name="Devices">The devices that computed.</param>
/// <param name="Library">The hashes of the code, which are part of every result's address.</param>
internal sealed record Provenance(IReadOnlyList<InputHash> Inputs, IReadOnlyDictionary<string, string> Versions, IReadOnlyList<string> Devices,
    IReadOnlyList<string> Library);

/// <summary>A file that an experiment read.</summary>
/// <param name="Path">Its path relative to the experiment, or its name if it lies elsewhere.</param>
/// <param name="Sha256">Its SHA-256, in hexadecimal.</param>
/// <param name="Bytes">Its size in bytes; null if the file no longer exists.</param>
/// <param name="Stages">The stages that read it.</param>
internal sealed record InputHash(string Path, string Sha256, long? Bytes, IReadOnlyList<string> Stages);

/// <summary>The time of a report, and what the stages did since the previous one.</summary>
/// <param name="Written">The time of the report, in UTC.</param>
/// <param name="Stages">The last run of each stage, by the stage's name.</param>
internal sealed record BuildFacts(DateTime Written, IReadOnlyDictionary<string, StageTiming> Stages)
{
    /// <summary>The git repository that contains the experiment; null if there is none.</summary>
    public GitState? Git { get; init; }
}
