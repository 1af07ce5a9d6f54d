using System.Text.Json.Serialization;
using Attribution.Contracts.ContextAttribution;
using Attribution.Contracts.DataSelection;

namespace Attribution.Contracts;

/// <summary>The names of the stages. A build has a target for each, and the worker runs them by these names.</summary>
public static class StageNames
{
    /// <summary>Converts the datasets to one form.</summary>
    public const string ImportDatasets = nameof(ImportDatasets);

    /// <summary>Computes the vectors of the rows.</summary>
    public const string ComputeAttribution = nameof(ComputeAttribution);

    /// <summary>Selects the rows to train on.</summary>
    public const string SelectTrainingData = nameof(SelectTrainingData);

    /// <summary>Trains an adapter on each selection.</summary>
    public const string FineTune = nameof(FineTune);

    /// <summary>With the ground truth <c>lds</c>: trains an adapter on each of many random subsets of the training sets.</summary>
    public const string RetrainSubsets = nameof(RetrainSubsets);

    /// <summary>Measures losses and generates the models' answers to held-out prompts.</summary>
    public const string Evaluate = nameof(Evaluate);

    /// <summary>Judges the answers.</summary>
    public const string Judge = nameof(Judge);

    /// <summary>With the ground truth <c>lds</c>: compares the scores of each method with the losses after training on the subsets.</summary>
    public const string MeasureLds = nameof(MeasureLds);

    /// <summary>In context attribution: generates the model's answers to the questions.</summary>
    public const string Generate = nameof(Generate);

    /// <summary>In context attribution: computes the estimator's training data.</summary>
    public const string FeaturesAndOutputs = nameof(FeaturesAndOutputs);

    /// <summary>In context attribution: trains the estimator.</summary>
    public const string TrainEstimator = nameof(TrainEstimator);

    /// <summary>In context attribution: attributes the held-out answers.</summary>
    public const string AttributeHeldOut = nameof(AttributeHeldOut);

    /// <summary>Collects the metrics of all runs.</summary>
    public const string CollectMetrics = nameof(CollectMetrics);

    /// <summary>Compares the metrics with the snapshot.</summary>
    public const string VerifySnapshot = nameof(VerifySnapshot);

    /// <summary>Writes the report.</summary>
    public const string Report = nameof(Report);
}

/// <summary>A stage of a kind of experiment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Settings">The type of its settings.</param>
/// <param name="Upstream">The stages whose results it reads.</param>
internal sealed record ExperimentStage(string Name, Type Settings, params IReadOnlyList<string> Upstream)
{
    /// <summary>The item, and its <c>Include</c>, that an experiment needs to have this stage; null for a stage that every experiment has.</summary>
    public (string Item, string Include)? OnlyWith { get; init; }

    /// <summary>The stages of data selection, in the order in which they run.</summary>
    public static IReadOnlyList<ExperimentStage> DataSelection { get; } = WithReport(
        new(StageNames.ImportDatasets, typeof(ImportDatasetsSettings)),
        new(StageNames.ComputeAttribution, typeof(ComputeAttributionSettings), StageNames.ImportDatasets),
        new(StageNames.SelectTrainingData, typeof(SelectTrainingDataSettings), StageNames.ImportDatasets, StageNames.ComputeAttribution),
        new(StageNames.FineTune, typeof(FineTuneSettings), StageNames.SelectTrainingData),
        new(StageNames.RetrainSubsets, typeof(RetrainSubsetsSettings), StageNames.ImportDatasets) { OnlyWith = Lds },
        new(StageNames.Evaluate, typeof(EvaluateSettings), StageNames.ImportDatasets, StageNames.FineTune, StageNames.RetrainSubsets),
        new(StageNames.Judge, typeof(JudgeSettings), StageNames.FineTune, StageNames.Evaluate),
        new(StageNames.MeasureLds, typeof(MeasureLdsSettings), StageNames.ImportDatasets, StageNames.ComputeAttribution, StageNames.SelectTrainingData,
            StageNames.RetrainSubsets, StageNames.Evaluate)
        { OnlyWith = Lds },
        new(StageNames.CollectMetrics, typeof(CollectMetricsSettings), StageNames.SelectTrainingData, StageNames.FineTune, StageNames.Evaluate,
            StageNames.Judge, StageNames.MeasureLds));

    /// <summary>The stages of context attribution, in the order in which they run.</summary>
    public static IReadOnlyList<ExperimentStage> ContextAttribution { get; } = WithReport(
        new(StageNames.Generate, typeof(GenerateSettings)),
        new(StageNames.FeaturesAndOutputs, typeof(FeaturesAndOutputsSettings), StageNames.Generate),
        new(StageNames.TrainEstimator, typeof(TrainEstimatorSettings), StageNames.FeaturesAndOutputs),
        new(StageNames.AttributeHeldOut, typeof(AttributeHeldOutSettings), StageNames.Generate, StageNames.TrainEstimator),
        new(StageNames.CollectMetrics, typeof(CollectContextMetricsSettings), StageNames.TrainEstimator, StageNames.AttributeHeldOut));

    /// <summary>The stages of a kind of experiment, in the order in which they run.</summary>
    /// <param name="kind">One of <see cref="ExperimentKinds"/>.</param>
    public static IReadOnlyList<ExperimentStage> Of(string kind) => kind == ExperimentKinds.ContextAttribution ? ContextAttribution : DataSelection;

    /// <summary>The stages of all kinds. Each comes before the stages that read its results.</summary>
    public static IReadOnlyList<ExperimentStage> All { get; } = [.. DataSelection.SkipLast(3), .. ContextAttribution.SkipLast(3), .. DataSelection.TakeLast(3),
        .. ContextAttribution.TakeLast(3)];

    private static (string Item, string Include)? Lds => (ProjectItemNames.GroundTruth, GroundTruthNames.Lds);

    /// <summary>
    /// The stage with this name. If several kinds of experiment have one, the one whose upstream stages match <paramref name="upstream"/> best.
    /// </summary>
    public static ExperimentStage Find(string name, IReadOnlyList<string> upstream) =>
        All.Where(stage => stage.Name == name).MaxBy(stage => stage.Upstream.Count(upstream.Contains))
            ?? throw new ArgumentException($"There is no stage {name}.", nameof(name));

    // The report shows the results of all other stages and the settings they ran with.
    private static ExperimentStage[] WithReport(params ExperimentStage[] stages) =>
    [
        .. stages,
        new(StageNames.VerifySnapshot, typeof(VerifySnapshotSettings), StageNames.CollectMetrics),
        new(StageNames.Report, typeof(ReportSettings), [.. stages.Select(stage => stage.Name), StageNames.VerifySnapshot]),
    ];
}

// How settings are serialized. The source generator needs each type of the lists above named here once more.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowReadingFromString,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true,
    NewLine = "\n",
    Converters = [typeof(TruthConverter)])]
[JsonSerializable(typeof(StageSettings))]
[JsonSerializable(typeof(ImportDatasetsSettings))]
[JsonSerializable(typeof(ComputeAttributionSettings))]
[JsonSerializable(typeof(SelectTrainingDataSettings))]
[JsonSerializable(typeof(FineTuneSettings))]
[JsonSerializable(typeof(RetrainSubsetsSettings))]
[JsonSerializable(typeof(EvaluateSettings))]
[JsonSerializable(typeof(JudgeSettings))]
[JsonSerializable(typeof(MeasureLdsSettings))]
[JsonSerializable(typeof(CollectMetricsSettings))]
[JsonSerializable(typeof(GenerateSettings))]
[JsonSerializable(typeof(FeaturesAndOutputsSettings))]
[JsonSerializable(typeof(TrainEstimatorSettings))]
[JsonSerializable(typeof(AttributeHeldOutSettings))]
[JsonSerializable(typeof(CollectContextMetricsSettings))]
[JsonSerializable(typeof(VerifySnapshotSettings))]
[JsonSerializable(typeof(ReportSettings))]
[JsonSerializable(typeof(int[]))]
internal sealed partial class SettingsContext : JsonSerializerContext;
