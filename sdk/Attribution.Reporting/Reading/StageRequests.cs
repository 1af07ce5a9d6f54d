using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Attribution.Pipeline;
using Attribution.Pipeline.Context;
using Attribution.Pipeline.Results;

namespace Attribution.Reporting.Reading;

/// <summary>The requests of an experiment's stages, for its report. A stage without a request has an empty one.</summary>
internal sealed class StageRequests
{
    private readonly Dictionary<string, JsonObject> _requests = [];

    public StageRequests(StageContext context)
    {
        foreach (var stage in context.Settings.Upstream)
            if (Path.Combine(context.Settings.State, $"{stage}.request.json") is var path && File.Exists(path))
                try
                {
                    _requests[stage] = JsonNode.Parse(File.ReadAllBytes(path))!.AsObject();
                }
                catch (JsonException)
                {
                    // The stage itself reports this when it runs.
                }
    }

    /// <summary>A stage's request; empty if there is none.</summary>
    public JsonObject Of(string stage) => _requests.GetValueOrDefault(stage) ?? [];

    /// <summary>The items of a list in a request, for example its datasets.</summary>
    public IEnumerable<JsonObject> Items(string stage, string list) => Of(stage)[list] is JsonArray items ? items.OfType<JsonObject>() : [];

    /// <summary>The settings in words.</summary>
    public IReadOnlyList<ReportedSetting> Describe()
    {
        var (vectors, selection, tuning, evaluation) = (Of(ComputeAttributionStage.Name), Of(SelectTrainingDataStage.Name), Of(FineTuneStage.Name),
            Of(EvaluateStage.Name));
        var (generation, ablation, estimator, attribution) = (Of(GenerateStage.Name), Of(FeaturesAndOutputsStage.Name), Of(TrainEstimatorStage.Name),
            Of(AttributeHeldOutStage.Name));
        var settings = new List<ReportedSetting>();
        // The report leaves out where this machine keeps a model.
        Add("Model", Text(vectors["model"] ?? generation["model"] ?? tuning["model"]) is { } model ? Path.IsPathRooted(model)
            ? Path.GetFileName(Path.TrimEndingDirectorySeparator(model)) : model : null);
        Add("Training set", [.. Items(ImportDatasetsStage.Name, "train").Select(Dataset)]);
        Add("Evaluation sets", [.. Items(ImportDatasetsStage.Name, "eval").Select(Dataset)]);
        Add("Training vectors", List(vectors["trainMethods"]));
        Add("Evaluation vectors", List(vectors["evalMethods"]));
        Add("Baselines", List(selection["baselines"]));
        Add("Layer", List(selection["selectionLayers"]));
        Add("Rows chosen, k", List(selection["topK"]));
        Add("Score", List(selection["scoringMethods"]));
        if (tuning["lora"] is JsonObject lora)
            Add("Fine-tuning", $"LoRA of rank {Listed(lora["ranks"])}, alpha {Text(lora["alpha"])}", $"learning rate {Listed(tuning["learningRates"])}",
                $"epochs {Listed(tuning["epochs"])}", $"batches of {Text(tuning["batchSize"])}");
        Add("Seeds", List(tuning["seeds"]));
        if (evaluation["generation"] is JsonObject sampling)
            Add("Answers", $"{Text(sampling["repeats"])} to each prompt", $"temperature {Text(sampling["temperature"])}",
                $"up to {Text(sampling["maxNewTokens"])} tokens");
        Add("Judge", [.. Items(JudgeStage.Name, "eval").Select(e => Text(e["judge"])).OfType<string>().Distinct()]);
        Add("Datasets", [.. Items(GenerateStage.Name, "datasets").Select(Dataset)]);
        Add("Sources", Text(attribution["sourceType"]));
        Add("Estimator trained on", Text(ablation["numMasks"]) is { } masks
            ? $"{masks} ablations of each answer, of {Text(ablation["sourceType"])} sources" : null);
        Add("Steps of training", Text(estimator["steps"]));
        Add("Methods", List(attribution["methods"]));
        Add("Generated", Text(generation["maxNewTokens"]) is { } most ? $"up to {most} tokens" : null);
        Add("Tokens of a conversation", Text(vectors["maxTokens"]) is { } tokens ? $"the last {tokens}" : null);
        Add("Computed in", Text(vectors["dtype"] ?? generation["dtype"]));
        return settings;

        void Add(string name, params string?[] values)
        {
            if (values.OfType<string>().ToArray() is { Length: > 0 } said)
                settings.Add(new(name, said));
        }
    }

    private static string Dataset(JsonObject dataset)
    {
        string?[] details =
        [
            Text(dataset["recipe"]) is { } recipe ? $"recipe {recipe}" : null, Text(dataset["filter"]) is { } filter ? $"where {filter}" : null,
            Text(dataset["take"]) is { } take ? $"{take} rows" : null,
        ];
        return details.OfType<string>().ToArray() is { Length: > 0 } said ? $"{Text(dataset["name"])} ({string.Join("; ", said)})" : Text(dataset["name"])!;
    }

    private static string Listed(JsonNode? node) => string.Join(" and ", List(node));

    private static string[] List(JsonNode? node) => node is JsonArray items ? [.. items.Select(Text).OfType<string>()] : [];

    private static string? Text(JsonNode? node) => node switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        JsonValue value when value.TryGetValue<double>(out var number) => number.ToString(CultureInfo.InvariantCulture),
        _ => node.ToJsonString(),
    };
}
