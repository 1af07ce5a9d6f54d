using System.Text.Json;
using Attribution.Sdk.Experiments;

namespace Attribution.Sdk.Stages;

/// <summary>
/// The request of each stage of an experiment in context attribution: exactly what it reads. How the estimator is trained is in no request before
/// its training; what answers are attributed to, in none before the attribution.
/// </summary>
/// <param name="experiment">The experiment.</param>
internal sealed class ContextStageRequests(ContextExperiment experiment)
{
    /// <summary>The request as JSON text.</summary>
    public string Of(Stage stage) => StageRequests.Write(stage, experiment.Name, experiment.Store, experiment.State, experiment.OutputFolder, stage.Name switch
    {
        "Generate" => Generate,
        "FeaturesAndOutputs" => FeaturesAndOutputs,
        "TrainEstimator" => TrainEstimator,
        "AttributeHeldOut" => AttributeHeldOut,
        "CollectMetrics" => CollectMetrics,
        "VerifySnapshot" => VerifySnapshot,
        "Report" => json => json.WriteString("command", experiment.Command),
        _ => throw new ArgumentException($"There is no stage {stage.Name}.", nameof(stage)),
    });

    private void Generate(Utf8JsonWriter json)
    {
        Model(json);
        StageRequests.Objects(json, "datasets", experiment.Datasets, dataset =>
        {
            json.WriteString("name", dataset.Name);
            json.WriteString("path", dataset.Path);
            StageRequests.Text(json, "filter", dataset.Filter);
            if (dataset.Take is { } take)
                json.WriteNumber("take", take);
            if (dataset.Seed is { } seed)
                json.WriteNumber("seed", seed);
            StageRequests.Text(json, "recipe", dataset.Recipe);
            StageRequests.Text(json, "contextColumn", dataset.ContextColumn);
            StageRequests.Text(json, "queryColumn", dataset.QueryColumn);
            StageRequests.Text(json, "answerColumn", dataset.AnswerColumn);
            StageRequests.Text(json, "truthColumn", dataset.TruthColumn);
            Thoughts(json, dataset);
        });
        json.WriteNumber("maxNewTokens", experiment.MaxNewTokens);
        StageRequests.Execution(json, experiment.Device, experiment.TokenBudget);
    }

    private void FeaturesAndOutputs(Utf8JsonWriter json) => Ablation(json, experiment.TrainingSourceType);

    private void TrainEstimator(Utf8JsonWriter json)
    {
        StageRequests.List(json, "datasets", experiment.Datasets.Select(d => d.Name));
        json.WriteNumber("steps", experiment.Steps);
        json.WriteNumber("learningRate", experiment.LearningRate);
        json.WriteNumber("batchSize", experiment.BatchSize);
        json.WriteNumber("seed", experiment.Seed);
    }

    private void AttributeHeldOut(Utf8JsonWriter json)
    {
        Ablation(json, experiment.SourceType);
        StageRequests.List(json, "methods", experiment.Baselines.Prepend(ContextExperiment.Estimator));
    }

    private void CollectMetrics(Utf8JsonWriter json) => StageRequests.List(json, "datasets", experiment.Datasets.Select(d => d.Name));

    private void VerifySnapshot(Utf8JsonWriter json)
    {
        json.WriteString("snapshots", experiment.SnapshotFolder);
        json.WriteNumber("tolerance", experiment.SnapshotTolerance);
    }

    private void Ablation(Utf8JsonWriter json, string sourceType)
    {
        Model(json);
        StageRequests.Objects(json, "datasets", experiment.Datasets, dataset =>
        {
            json.WriteString("name", dataset.Name);
            Thoughts(json, dataset);
            json.WriteNumber("heldOut", dataset.HeldOut);
        });
        json.WriteString("sourceType", sourceType);
        json.WriteNumber("numMasks", experiment.NumMasks);
        json.WriteNumber("alpha", experiment.Alpha);
        json.WriteNumber("seed", experiment.Seed);
        StageRequests.Execution(json, experiment.Device, experiment.TokenBudget);
    }

    private void Model(Utf8JsonWriter json)
    {
        json.WriteString("model", experiment.BaseModel);
        json.WriteString("dtype", experiment.DType);
        StageRequests.Text(json, "chatTemplate", experiment.ChatTemplate);
    }

    private static void Thoughts(Utf8JsonWriter json, ContextDataset dataset)
    {
        if (dataset.Thoughts)
            json.WriteBoolean("thoughts", true);
    }
}
