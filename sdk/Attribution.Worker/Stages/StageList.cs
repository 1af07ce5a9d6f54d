namespace Attribution.Worker.Stages;

/// <summary>The stages of an experiment.</summary>
internal static class StageList
{
    /// <summary>Their names, in the order in which they run.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        ImportDatasetsStage.Name, ComputeAttributionStage.Name, SelectTrainingDataStage.Name, FineTuneStage.Name, EvaluateStage.Name, JudgeStage.Name,
        CollectMetricsStage.Name, VerifySnapshotStage.Name, ReportStage.Name,
    ];

    /// <summary>A stage by its name.</summary>
    public static Stage Create(string name, StageContext context) => name switch
    {
        ImportDatasetsStage.Name => new ImportDatasetsStage(context),
        ComputeAttributionStage.Name => new ComputeAttributionStage(context),
        SelectTrainingDataStage.Name => new SelectTrainingDataStage(context),
        FineTuneStage.Name => new FineTuneStage(context),
        EvaluateStage.Name => new EvaluateStage(context),
        JudgeStage.Name => new JudgeStage(context),
        CollectMetricsStage.Name => new CollectMetricsStage(context),
        VerifySnapshotStage.Name => new VerifySnapshotStage(context),
        ReportStage.Name => new ReportStage(context),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such stage"),
    };
}
