using Attribution.Contracts;
using Attribution.Worker.Stages.Context;

namespace Attribution.Worker.Stages;

/// <summary>The stages of an experiment.</summary>
internal static class StageList
{
    /// <summary>Their names, in the order in which they run; an experiment has some of them.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. ExperimentStage.All.Select(stage => stage.Name).Distinct()];

    /// <summary>A stage by its name.</summary>
    public static Stage Create(string name, StageContext context) => name switch
    {
        ImportDatasetsStage.Name => new ImportDatasetsStage(context),
        ComputeAttributionStage.Name => new ComputeAttributionStage(context),
        SelectTrainingDataStage.Name => new SelectTrainingDataStage(context),
        FineTuneStage.Name => new FineTuneStage(context),
        EvaluateStage.Name => new EvaluateStage(context),
        JudgeStage.Name => new JudgeStage(context),
        GenerateStage.Name => new GenerateStage(context),
        FeaturesAndOutputsStage.Name => new FeaturesAndOutputsStage(context),
        TrainEstimatorStage.Name => new TrainEstimatorStage(context),
        AttributeHeldOutStage.Name => new AttributeHeldOutStage(context),
        CollectMetricsStage.Name when context.Common.Upstream.Contains(AttributeHeldOutStage.Name) => new CollectContextMetricsStage(context),
        CollectMetricsStage.Name => new CollectMetricsStage(context),
        VerifySnapshotStage.Name => new VerifySnapshotStage(context),
        ReportStage.Name => new ReportStage(context),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such stage"),
    };
}
