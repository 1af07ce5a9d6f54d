using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Attribution.Pipeline.Snapshots;
using Attribution.Reporting.ContextAttribution;
using Attribution.Tokenization;

namespace Attribution.Reporting;

/// <summary>
/// Everything that an experiment's report shows. Each property is a file <c>out/report/NAME.json</c>, which the page holds as it is: the page has
/// nothing that is not in these.
/// </summary>
internal sealed record ExperimentReport
{
    /// <summary>What was asked.</summary>
    public required ReportedExperiment Experiment { get; init; }

    /// <summary>How the metrics compare with those in git; null if nothing has compared them.</summary>
    public SnapshotVerdict? Snapshot { get; init; }

    /// <summary>The evaluation sets, in the experiment's order.</summary>
    public required IReadOnlyList<EvaluationSet> Evaluations { get; init; }

    /// <summary>The runs, in the experiment's order.</summary>
    public required IReadOnlyList<ReportedRun> Runs { get; init; }

    /// <summary>What can be said of the runs.</summary>
    public IReadOnlyList<RunComparison> Comparisons { get; init; } = [];

    /// <summary>The training rows that some run shows, by training set and row.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<long, ReportedRow>> Rows { get; init; }

    /// <summary>How the selections and scores of runs agree, for each training and evaluation set.</summary>
    public required IReadOnlyList<MethodAgreement> Agreement { get; init; }

    /// <summary>What retraining says of the methods; nothing where the experiment does not retrain.</summary>
    public IReadOnlyList<LdsComparison> GroundTruth { get; init; } = [];

    /// <summary>The results of an experiment in context attribution; null for one that selects training data.</summary>
    public ContextResults? Context { get; init; }

    /// <summary>The stages, in the order they run.</summary>
    public required IReadOnlyList<ReportedStage> Stages { get; init; }

    /// <summary>What it was all made from.</summary>
    public required Provenance Provenance { get; init; }

    /// <summary>When and how long: all that may differ between two builds of one experiment.</summary>
    public required BuildFacts Build { get; init; }

    /// <summary>How much of rows and answers is shown.</summary>
    public ReportLimits Limits { get; init; } = ReportLimits.Widest;
}

/// <summary>What an experiment asks.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Command">The command that builds it.</param>
/// <param name="Settings">Its settings, the weightiest first.</param>
internal sealed record ReportedExperiment(string Name, string Command, IReadOnlyList<ReportedSetting> Settings);

/// <summary>A setting of an experiment in words.</summary>
/// <param name="Name">What it sets.</param>
/// <param name="Values">Its value, or values.</param>
internal sealed record ReportedSetting(string Name, params IReadOnlyList<string> Values);

/// <summary>An evaluation set, and how the base model answers its held-out prompts.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Trait">The behaviour that it shows.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Prompts">Its held-out prompts; none if there are none.</param>
/// <param name="Answers">The base model's answers to them.</param>
internal sealed record EvaluationSet(string Name, string? Trait, long Rows, IReadOnlyList<string> Prompts, IReadOnlyList<ReportedAnswer> Answers)
{
    /// <summary>Who judged.</summary>
    public string? Judge { get; init; }

    /// <summary>The highest score that the judge gives.</summary>
    public int? HighestScore { get; init; }

    /// <summary>The file that has all answers in full, below <c>out/</c>.</summary>
    public string? AnswersFile { get; init; }

    /// <summary>How many prompts are not shown.</summary>
    public int? PromptsLeftOut { get; init; }
}

/// <summary>A run: a choice of training rows, and what training on them did.</summary>
/// <param name="Name">Its name, as in <c>metrics.json</c>; also its folder below <c>out/</c>.</param>
/// <param name="Train">The training set; null for the base model.</param>
/// <param name="Eval">The evaluation set.</param>
/// <param name="Attribution">The method of the training vectors, or the baseline.</param>
/// <param name="Selection">The method of the evaluation vectors; null for a baseline.</param>
/// <param name="Metrics">Its line of <c>metrics.json</c>: of several seeds the means and, as <c>…_sd</c>, standard deviations.</param>
internal sealed record ReportedRun(string Name, string? Train, string Eval, string Attribution, string? Selection, IReadOnlyDictionary<string, double?> Metrics)
{
    /// <summary>The name of the baseline that draws at random.</summary>
    public const string RandomName = "random";

    /// <summary>The name of the baseline that trains on nothing.</summary>
    public const string NoneName = "none";

    /// <summary>Its runs with each seed, where there are several; rows and answers are those of the first.</summary>
    public IReadOnlyList<SeedResult> Seeds { get; init; } = [];

    /// <summary>What tells it from other runs of its methods, such as <c>k50 lr0.001</c>; null where the methods do.</summary>
    public string? Point { get; init; }

    /// <summary>Where it is on the axes that have several values in the experiment, but the seed: <c>top_k</c>, <c>learning_rate</c>, and so on.</summary>
    public IReadOnlyDictionary<string, JsonNode> Axes { get; init; } = new Dictionary<string, JsonNode>();

    /// <summary>The run on rows drawn at random that it is compared with, by its place in the list; null where nothing was drawn.</summary>
    public int? Random { get; init; }

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

    /// <summary>The loss of each step of training; of several seeds <see cref="Seeds"/> have theirs.</summary>
    public IReadOnlyList<double> Loss { get; init; } = [];

    /// <summary>How many steps lie between two values of a curve.</summary>
    public int LossStride { get; init; } = 1;

    /// <summary>The model's answers to the evaluation set's held-out prompts after training.</summary>
    public IReadOnlyList<ReportedAnswer> Answers { get; init; } = [];

    /// <summary>The methods in a few words.</summary>
    public string Methods() => (Selection is null ? Attribution : $"{Attribution} × {Selection}") + (Point is null ? "" : $" {Point}");
}

/// <summary>A model's answer to a held-out prompt.</summary>
/// <param name="Prompt">The prompt, counted from 0.</param>
/// <param name="Repeat">Which of its answers, counted from 0.</param>
/// <param name="Text">The answer.</param>
/// <param name="Score">The judge's score; null if it gave none.</param>
/// <param name="Rationale">The judge's reason.</param>
/// <param name="LeftOut">How many characters of the answer are not shown.</param>
internal sealed record ReportedAnswer(int Prompt, int Repeat, string Text, int? Score = null, string? Rationale = null, int? LeftOut = null);

/// <summary>A training row in a run's order.</summary>
/// <param name="Row">Its index in the training set.</param>
/// <param name="Rank">Its place among all rows, from 1.</param>
/// <param name="Score">Its score; null in a draw at random.</param>
/// <param name="Others">Its rank under each of <see cref="ReportedRun.Others"/>; null where it has no score.</param>
internal sealed record RankedRow(long Row, int Rank, float? Score, IReadOnlyList<int?> Others);

/// <summary>A training row as text.</summary>
/// <param name="Messages">Its conversation; of a row that came as token ids one message, with the role <c>tokens</c>.</param>
/// <param name="Planted">The behaviour that was planted in it, where the dataset says so.</param>
internal sealed record ReportedRow(IReadOnlyList<ChatMessage> Messages, string? Planted = null)
{
    /// <summary>How many characters of each message are not shown; null if all are.</summary>
    public IReadOnlyList<int>? LeftOut { get; init; }
}

/// <summary>How runs of one training and one evaluation set agree.</summary>
/// <param name="Train">The training set.</param>
/// <param name="Eval">The evaluation set.</param>
/// <param name="Runs">The runs, by their place in the list; rows and columns of what follows.</param>
/// <param name="Overlap">How many of the chosen rows two runs have in common, as a share of the smaller choice.</param>
/// <param name="Correlation">Spearman's correlation of the scores of all rows; null where a run has none.</param>
internal sealed record MethodAgreement(
    string Train, string Eval, IReadOnlyList<int> Runs, IReadOnlyList<IReadOnlyList<double>> Overlap, IReadOnlyList<IReadOnlyList<double?>> Correlation);

/// <summary>The results of an experiment in context attribution.</summary>
/// <param name="Methods">How well each method did on each dataset, in the experiment's order.</param>
/// <param name="HeldOut">How many held-out examples each dataset has.</param>
internal sealed record ContextResults(IReadOnlyList<ContextMethod> Methods, IReadOnlyDictionary<string, int> HeldOut)
{
    /// <summary>The first held-out examples of each dataset.</summary>
    /// <remarks>No part of the JSON: it is in the <c>attributions.jsonl</c> of each method.</remarks>
    [JsonIgnore]
    public IReadOnlyList<AttributedExample> Examples { get; init; } = [];
}

/// <summary>How well a method attributes the held-out answers of a dataset.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Method">The method; <c>at2</c> is the estimator.</param>
/// <param name="Metrics">Its line of <c>metrics.json</c>.</param>
internal sealed record ContextMethod(string Dataset, string Method, IReadOnlyDictionary<string, double?> Metrics);

/// <summary>A held-out example, with what its answer owes to its context by each method.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Index">The example's row there.</param>
/// <param name="Answers">The answer with its scores, by method.</param>
internal sealed record AttributedExample(string Dataset, long Index, IReadOnlyDictionary<string, AttributedAnswer> Answers);

/// <summary>A stage of an experiment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Upstream">The stages whose results it reads.</param>
/// <param name="Results">How many results it has; equal ones count once.</param>
/// <param name="Bytes">Their size in the store.</param>
internal sealed record ReportedStage(string Name, IReadOnlyList<string> Upstream, int Results, long Bytes);

/// <summary>What a stage did when it last ran.</summary>
/// <param name="IsNew">Whether that was since the report before; otherwise it was up to date.</param>
/// <param name="Ended">When it was done, in UTC; null if that is not known.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Results">How many results it had to have.</param>
/// <param name="Computed">How many of these it computed; the others were in the store.</param>
/// <param name="Blocks">How many blocks of rows it worked on, where it works by blocks.</param>
/// <param name="BlocksComputed">How many of these it computed.</param>
internal sealed record StageTiming(bool IsNew, DateTime? Ended, double Seconds, int Results, int Computed, int Blocks, int BlocksComputed);

/// <summary>What the results were made from.</summary>
/// <param name="Inputs">The files, by path.</param>
/// <param name="Versions">The programs that took part, with their versions.</param>
/// <param name="Devices">What computed.</param>
/// <param name="Library">The hashes of the code, which are part of every result's address.</param>
internal sealed record Provenance(IReadOnlyList<InputHash> Inputs, IReadOnlyDictionary<string, string> Versions, IReadOnlyList<string> Devices,
    IReadOnlyList<string> Library);

/// <summary>A file that an experiment read.</summary>
/// <param name="Path">Its path relative to the experiment, or its name if it lies elsewhere.</param>
/// <param name="Sha256">The hash of its content.</param>
/// <param name="Bytes">Its size; null if it is gone.</param>
/// <param name="Stages">The stages that read it.</param>
internal sealed record InputHash(string Path, string Sha256, long? Bytes, IReadOnlyList<string> Stages);

/// <summary>When a report was made, and what the stages did since the one before.</summary>
/// <param name="Written">When, in UTC.</param>
/// <param name="Stages">What each stage did, by its name.</param>
internal sealed record BuildFacts(DateTime Written, IReadOnlyDictionary<string, StageTiming> Stages)
{
    /// <summary>The git repository that the experiment lies in; null where it lies in none.</summary>
    public GitState? Git { get; init; }
}
