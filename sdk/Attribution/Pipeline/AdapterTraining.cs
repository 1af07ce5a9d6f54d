using System.Globalization;
using System.Text.Json.Nodes;
using Attribution.Contracts.DataSelection;
using Attribution.Data;
using Attribution.Data.Store;
using Attribution.FineTuning;
using Attribution.Pipeline.Grid;

namespace Attribution.Pipeline;

/// <summary>
/// Adapters as artifacts: one for some rows at a point of the grid. Whoever asks for the same rows at the same point shares the artifact, whichever stage it is
/// of.
/// </summary>
/// <param name="settings">How adapters are trained, but for what the points say.</param>
/// <param name="model">The base model.</param>
/// <param name="context">Of the stage that asks.</param>
internal sealed class AdapterTraining(FineTuneSettings settings, ModelSource model, StageContext context)
{
    private const string AdapterConfig = "adapter_config.json", StoreStage = "adapters";

    /// <summary>The request of an adapter.</summary>
    /// <param name="rows">The rows to train on: a file as <see cref="SelectTrainingDataStage.TrainFile"/>, or what else says which they are.</param>
    /// <param name="at">The learning rate, epochs, rank and seed; all of them.</param>
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
        // What is not set is not in the request, so that it is the one that it was before there was such a setting.
        return context.Resolve(StoreStage, settings.Loss is null ? request : new { settings = request, settings.Loss });
    }

    /// <summary>Trains an adapter and writes it with the curve of its training, <see cref="FineTuneStage.LossFile"/>.</summary>
    /// <param name="builder">The artifact of <see cref="Request"/>.</param>
    /// <param name="name">What it is for, for people who wait.</param>
    /// <param name="rows">The file of the rows.</param>
    /// <param name="at">The learning rate, epochs, rank and seed.</param>
    /// <param name="cancellation">Looked at between steps.</param>
    public void Train(ArtifactBuilder builder, string name, string rows, RunPoint at, CancellationToken cancellation)
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
        var steps = options.Epochs * ((sequences.Count(s => s.TargetCount > 0) + options.BatchSize - 1) / options.BatchSize);
        using var curve = new LossCurve(builder.PathOf(FineTuneStage.LossFile));
        using var adapter = new LoraFineTuner(options).Train(model.Model, sequences, step =>
        {
            curve.Add(step);
            context.Reporter.Loss(at.Seed is { } seed ? $"{name}, seed {seed}" : name, step.Step, step.Loss);
            context.Reporter.Progress(() => string.Create(CultureInfo.InvariantCulture,
                $"{context.Standing ?? name}, step {step.Step} of {steps}, loss {step.Loss:0.00}"));
        }, cancellation);
        adapter.Save(builder.Folder);
        NameBase(builder.PathOf(AdapterConfig));
        model.Describe(builder);
    }

    // Where this machine keeps the model is no part of the result.
    private void NameBase(string config)
    {
        var json = JsonNode.Parse(File.ReadAllText(config))!.AsObject();
        json["base_model_name_or_path"] = model.Name;
        File.WriteAllText(config, json.ToJsonString(Readable.Indented) + "\n");
    }
}
