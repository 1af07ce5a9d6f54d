using Attribution.Sdk.Experiments;

namespace Attribution.Sdk.Stages;

/// <summary>A stage of an experiment.</summary>
/// <param name="Name">The target's and the worker's name for it.</param>
/// <param name="Upstream">The stages whose results it reads.</param>
internal sealed record Stage(string Name, params IReadOnlyList<string> Upstream)
{
    /// <summary>Whether it reads the project's datasets.</summary>
    public bool ReadsDatasets { get; init; }

    /// <summary>Whether it reads the base model.</summary>
    public bool ReadsModel { get; init; }

    /// <summary>Whether it reads judging prompts, where a model judges.</summary>
    public bool MayReadPrompts { get; init; }

    /// <summary>Whether it reads what the stages before it were asked, and how the snapshot compared.</summary>
    public bool ReadsRequests { get; init; }

    /// <summary>Those of an experiment of a kind, in the order they run.</summary>
    public static IReadOnlyList<Stage> Of(string kind) => kind == ContextExperiment.Kind ? InContext : OfSelection;

    /// <summary>Those that only another kind of experiment has.</summary>
    public static IEnumerable<Stage> OnlyOfOthers(string kind) => (kind == ContextExperiment.Kind ? OfSelection : InContext).ExceptBy(Of(kind).Select(s => s.Name), s => s.Name);

    private static readonly Stage[] InContext =
    [
        new("Generate") { ReadsDatasets = true, ReadsModel = true },
        new("FeaturesAndOutputs", "Generate") { ReadsModel = true },
        new("TrainEstimator", "FeaturesAndOutputs"),
        new("AttributeHeldOut", "Generate", "TrainEstimator") { ReadsModel = true },
        new("CollectMetrics", "TrainEstimator", "AttributeHeldOut"),
        new("VerifySnapshot", "CollectMetrics"),
        new("Report", "Generate", "FeaturesAndOutputs", "TrainEstimator", "AttributeHeldOut", "CollectMetrics", "VerifySnapshot") { ReadsRequests = true },
    ];

    private static readonly Stage[] OfSelection =
    [
        new("ImportDatasets") { ReadsDatasets = true },
        new("ComputeAttribution", "ImportDatasets") { ReadsModel = true },
        new("SelectTrainingData", "ImportDatasets", "ComputeAttribution"),
        new("FineTune", "SelectTrainingData") { ReadsModel = true },
        new("Evaluate", "ImportDatasets", "FineTune") { ReadsModel = true },
        new("Judge", "FineTune", "Evaluate") { MayReadPrompts = true },
        new("CollectMetrics", "SelectTrainingData", "FineTune", "Evaluate", "Judge"),
        new("VerifySnapshot", "CollectMetrics"),
        new("Report", "ImportDatasets", "ComputeAttribution", "SelectTrainingData", "FineTune", "Evaluate", "Judge", "CollectMetrics", "VerifySnapshot") { ReadsRequests = true },
    ];
}
