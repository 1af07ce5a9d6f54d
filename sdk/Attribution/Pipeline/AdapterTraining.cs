using System.Globalization;
using System.Text.Json.Nodes;
using Attribution.Contracts.DataSelection;
using Attribution.Data;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.FineTuning;
using Attribution.Pipeline.Grid;

namespace Attribution.Pipeline;

/// <summary>
/// Trains adapters as artifacts: one for a set of rows at a point of the grid. Stages that ask for the same rows at the same point share the artifact.
/// </summary>
/// <param name="settings">How adapters are trained, apart from the values that the points give.</param>
/// <param name="model">The base model.</param>
/// <param name="context">The context of the stage that asks.</param>
internal sealed class AdapterTraining(FineTuneSettings settings, ModelSource model, StageContext context)
{
    private const string AdapterConfig = "adapter_config.json", StoreStage = "adapters";

    private readonly HashSet<string> _told = [];

    /// <summary>The request of an adapter.</summary>
    /// <param name="rows">The rows to train on: a file as <see cref="SelectTrainingDataStage.TrainFile"/>, or another description that identifies them.</param>
    /// <param name="at">The learning rate, epochs, rank and seed; all are set.</param>
    public StageRequest Request(object rows, RunPoint at)
    {
        var request = new
        {
            rows,
            model = model.Inputs,
            modelName = model.Name,
            settings.Dtype,
            settings.MaxTokens,
            Lora = new { Rank = at.LoraRank!.Value, settings.Lora.Alpha, settings.Lora.Dropout, settings.Lora.Targets },
            LearningRate = at.LearningRate!.Value,
            settings.WeightDecay,
            Epochs = at.Epochs!.Value,
            settings.BatchSize,
            Seed = at.Seed!.Value,
        };
        // A setting that is not set stays out of the request, so that requests from before the setting existed keep their fingerprint.
        return context.Resolve(StoreStage, settings.Loss is null ? request : new { settings = request, settings.Loss });
    }

    /// <summary>Trains an adapter and writes it with its loss curve, <see cref="FineTuneStage.LossFile"/>.</summary>
    /// <param name="builder">The artifact of <see cref="Request"/>.</param>
    /// <param name="name">What the adapter is for, as shown in progress lines.</param>
    /// <param name="selection">What the rows are called in a warning, of which each selection has one.</param>
    /// <param name="rows">The file of the rows.</param>
    /// <param name="at">The learning rate, epochs, rank and seed; all are set.</param>
    /// <param name="cancellation">Checked between steps.</param>
    public void Train(ArtifactBuilder builder, string name, string selection, string rows, RunPoint at, CancellationToken cancellation)
    {
        var options = new FineTuningOptions
        {
            Lora = new()
            {
                Rank = at.LoraRank!.Value,
                Alpha = settings.Lora.Alpha,
                Dropout = settings.Lora.Dropout,
                TargetModules = settings.Lora.Targets
            },
            LearningRate = at.LearningRate!.Value,
            WeightDecay = settings.WeightDecay,
            Epochs = at.Epochs!.Value,
            BatchSize = settings.BatchSize,
            Seed = at.Seed!.Value,
        };
        var sequences = Dataset.Open(new() { Path = rows }).Rows().Select(row => model.Encoder.Encode(row.Treatment, rows, row.Index)).ToArray();
        var trained = sequences.Count(s => s.TargetCount > 0);
        if (trained < sequences.Length && trained > 0 && _told.Add(selection))
            context.Reporter.Warning(ErrorCodes.RowsNotTrainedOn,
                $"{sequences.Length - trained} of the {sequences.Length} rows of {selection} have nothing to train on, so that the adapter is trained on "
                    + $"{trained}: their answers are empty or do not count, the chat template writes nothing for them, or MaxTokens ({settings.MaxTokens}) cut "
                    + $"them away. Leave such rows out with Filter, or raise MaxTokens.", rows, Array.FindIndex(sequences, s => s.TargetCount == 0));
        var steps = (long)options.Epochs * options.StepsPerEpoch(trained);
        using var curve = new LossCurve(builder.PathOf(FineTuneStage.LossFile));
        using var adapter = new LoraFineTuner(options).Train(model.Model, sequences, step =>
        {
            curve.Add(step);
            context.Reporter.Trained(at.Seed is { } seed ? $"{name}, seed {seed}" : name, step.Step, step.Loss, TrainingMeasures.Loss);
            context.Reporter.Progress(() => string.Create(CultureInfo.InvariantCulture,
                $"{context.Standing ?? name}, step {step.Step} of {steps}, loss {step.Loss:0.00}"));
        }, cancellation);
        adapter.Save(builder.Folder);
        NameBase(builder.PathOf(AdapterConfig));
        model.Describe(builder);
    }

    // The model's path on this machine is no part of the result.
    private void NameBase(string config)
    {
        var json = JsonNode.Parse(File.ReadAllText(config))!.AsObject();
        json["base_model_name_or_path"] = model.Name;
        File.WriteAllText(config, json.ToJsonString(Readable.Indented) + "\n");
    }
}
