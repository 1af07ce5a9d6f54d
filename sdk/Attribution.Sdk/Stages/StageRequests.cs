using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Attribution.Sdk.Experiments;

namespace Attribution.Sdk.Stages;

/// <summary>
/// The request of each stage: exactly what it reads, so that nothing else can make it run again. The number of rows to select is not in the
/// request for vectors; how the snapshot is compared is in none but its own.
/// </summary>
/// <param name="experiment">The experiment.</param>
internal sealed class StageRequests(Experiment experiment)
{
    private static readonly JsonWriterOptions Readable = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The request as JSON text.</summary>
    public string Of(Stage stage) => Write(stage, experiment.Name, experiment.Store, experiment.State, experiment.OutputFolder, Body(stage.Name));

    /// <summary>A request of any kind of experiment.</summary>
    internal static string Write(Stage stage, string experiment, string store, string state, string outputFolder, Action<Utf8JsonWriter> body)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Readable))
        {
            json.WriteStartObject();
            json.WriteString("stage", stage.Name);
            json.WriteString("experiment", experiment);
            json.WriteString("store", store);
            json.WriteString("state", state);
            json.WriteString("out", outputFolder);
            List(json, "upstream", stage.Upstream);
            body(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.ToArray()) + "\n";
    }

    private Action<Utf8JsonWriter> Body(string stage) => stage switch
    {
        "ImportDatasets" => ImportDatasets,
        "ComputeAttribution" => ComputeAttribution,
        "SelectTrainingData" => SelectTrainingData,
        "FineTune" => FineTune,
        "Evaluate" => Evaluate,
        "Judge" => Judge,
        "CollectMetrics" => CollectMetrics,
        "VerifySnapshot" => VerifySnapshot,
        "Report" => Report,
        _ => throw new ArgumentException($"There is no stage {stage}.", nameof(stage)),
    };

    private void ImportDatasets(Utf8JsonWriter json)
    {
        Objects(json, "train", experiment.Train, Dataset);
        Objects(json, "eval", experiment.Eval, Dataset);
        if (experiment.WritingLlm is { } llm)
            Llm(json, llm);
        Plugins(json, experiment.Train.Concat(experiment.Eval).Any(d => d.Recipe is not null));

        void Dataset(Dataset dataset)
        {
            json.WriteString("name", dataset.Name);
            json.WriteString("path", dataset.Path);
            Text(json, "filter", dataset.Filter);
            if (dataset.Take is { } take)
                json.WriteNumber("take", take);
            if (dataset.Seed is { } seed)
                json.WriteNumber("seed", seed);
            Text(json, "recipe", dataset.Recipe);
            Text(json, "format", dataset.Format);
            Text(json, "treatmentColumn", dataset.TreatmentColumn);
            Text(json, "controlColumn", dataset.ControlColumn);
            if (dataset.Parameters.Count > 0)
            {
                json.WriteStartObject("parameters");
                foreach (var (name, value) in dataset.Parameters)
                    json.WriteString(name, value);
                json.WriteEndObject();
            }
            Text(json, "plantedColumn", dataset.PlantedColumn);
            Text(json, "trait", dataset.Trait);
            Text(json, "prompts", dataset.Prompts);
        }
    }

    private void ComputeAttribution(Utf8JsonWriter json)
    {
        Model(json);
        Text(json, "loss", experiment.Loss);
        List(json, "train", experiment.Train.Select(d => d.Name));
        List(json, "eval", experiment.Eval.Select(d => d.Name));
        List(json, "trainMethods", experiment.TrainMethods);
        List(json, "evalMethods", experiment.EvalMethods);
        if (experiment.Layers is { } layers)
        {
            json.WriteStartArray("layers");
            foreach (var layer in layers)
                json.WriteNumberValue(layer);
            json.WriteEndArray();
        }
        else
            json.WriteString("layers", "all");
        if (experiment.TrainMethods.Contains(BuiltInMethods.Trak))
        {
            json.WriteStartObject("projection");
            json.WriteString("kind", experiment.Projection);
            json.WriteNumber("dimension", experiment.ProjectionDim);
            json.WriteNumber("seed", experiment.ProjectionSeed);
            Text(json, "layers", experiment.ProjectionLayers);
            json.WriteEndObject();
        }
        if (experiment.ReadsEvalControls)
            json.WriteBoolean("evalControls", true);
        if (experiment.VectorFormat != Experiment.DefaultVectorFormat)
            json.WriteString("vectorFormat", experiment.VectorFormat);
        if (experiment.GenerateControls)
        {
            json.WriteStartObject("controls");
            json.WriteNumber("maxNewTokens", experiment.MaxNewTokens);
            json.WriteEndObject();
        }
        Personas(json);
        Execution(json);
        Plugins(json, experiment.TrainMethods.Concat(experiment.EvalMethods).Any(m => !BuiltInMethods.Names.Contains(m) && !BuiltInMethods.Personas.Contains(m)));
    }

    private void Personas(Utf8JsonWriter json)
    {
        if (experiment.EvalMethods.Contains(BuiltInMethods.PersonaGenerated))
        {
            json.WriteStartObject("persona");
            Map("traits", dataset => dataset.Trait);
            Text(json, "prompts", experiment.PersonaPrompts);
            json.WriteNumber("maxNewTokens", experiment.MaxNewTokens);
            json.WriteEndObject();
        }
        if (experiment.EvalMethods.Contains(BuiltInMethods.PersonaFile))
            Map("personaVectors", dataset => dataset.PersonaVector);

        void Map(string name, Func<Dataset, string?> value)
        {
            json.WriteStartObject(name);
            foreach (var dataset in experiment.Eval)
                Text(json, dataset.Name, value(dataset));
            json.WriteEndObject();
        }
    }

    private void SelectTrainingData(Utf8JsonWriter json)
    {
        Objects(json, "train", experiment.Train, dataset =>
        {
            json.WriteString("name", dataset.Name);
            Text(json, "plantedColumn", dataset.PlantedColumn);
        });
        Eval(json, experiment.Eval);
        List(json, "trainMethods", experiment.TrainMethods);
        List(json, "evalMethods", experiment.EvalMethods);
        json.WriteNumber("layer", experiment.SelectionLayer);
        json.WriteString("scoringMethod", experiment.ScoringMethod);
        json.WriteNumber("topK", experiment.TopK);
        List(json, "baselines", experiment.Baselines);
        if (experiment.Baselines.Contains("random") || experiment.TrainsProbe)
            json.WriteNumber("seed", experiment.Seed);
    }

    private void FineTune(Utf8JsonWriter json)
    {
        Model(json);
        Text(json, "loss", experiment.Loss);
        json.WriteStartObject("lora");
        json.WriteNumber("rank", experiment.LoraRank);
        json.WriteNumber("alpha", experiment.LoraAlpha);
        json.WriteNumber("dropout", experiment.LoraDropout);
        List(json, "targets", experiment.LoraTargets);
        json.WriteEndObject();
        json.WriteNumber("learningRate", experiment.LearningRate);
        json.WriteNumber("weightDecay", experiment.WeightDecay);
        json.WriteNumber("epochs", experiment.Epochs);
        json.WriteNumber("batchSize", experiment.BatchSize);
        json.WriteNumber("seed", experiment.Seed);
        Execution(json);
    }

    private void Evaluate(Utf8JsonWriter json)
    {
        Model(json);
        Eval(json, experiment.Eval, dataset =>
        {
            if (dataset.Prompts is not null)
                json.WriteBoolean("prompts", true);
        });
        if (experiment.Eval.Any(d => d.Prompts is not null))
        {
            json.WriteStartObject("generation");
            json.WriteNumber("repeats", experiment.JudgeRepeats);
            json.WriteNumber("temperature", experiment.Temperature);
            json.WriteNumber("topP", experiment.TopP);
            json.WriteNumber("maxNewTokens", experiment.MaxNewTokens);
            json.WriteNumber("seed", experiment.Seed);
            json.WriteEndObject();
        }
        Execution(json);
    }

    private void Judge(Utf8JsonWriter json)
    {
        var judged = experiment.Judged.ToList();
        Eval(json, judged, dataset =>
        {
            json.WriteString("judge", dataset.Judge);
            Text(json, "prompt", dataset.Prompt);
        });
        if (experiment.JudgingLlm is { } llm)
            Llm(json, llm);
        Plugins(json, judged.Exists(d => d.Judge is not (Experiment.RuleJudge or Experiment.LlmJudge)));
    }

    // Never a key: the worker reads it from the environment.
    private void Llm(Utf8JsonWriter json, JudgingModel llm)
    {
        json.WriteStartObject("llm");
        if (llm.Folder is { } folder)
        {
            json.WriteString("folder", folder);
            Execution(json);
        }
        else
        {
            json.WriteString("model", llm.Model);
            json.WriteString("endpoint", llm.Endpoint);
            json.WriteNumber("concurrency", llm.Concurrency);
            if (llm.BudgetTokens is { } budget)
                json.WriteNumber("budgetTokens", budget);
        }
        json.WriteEndObject();
    }

    private void CollectMetrics(Utf8JsonWriter json)
    {
        List(json, "train", experiment.Train.Select(d => d.Name));
        Eval(json, experiment.Eval);
    }

    private void VerifySnapshot(Utf8JsonWriter json)
    {
        json.WriteString("snapshots", experiment.SnapshotFolder);
        json.WriteNumber("tolerance", experiment.SnapshotTolerance);
    }

    private void Report(Utf8JsonWriter json) => json.WriteString("command", experiment.Command);

    // How the model reads a conversation, in every stage that does.
    private void Model(Utf8JsonWriter json)
    {
        json.WriteString("model", experiment.BaseModel);
        json.WriteString("dtype", experiment.DType);
        json.WriteNumber("maxTokens", experiment.MaxTokens);
        Text(json, "chatTemplate", experiment.ChatTemplate);
    }

    private void Execution(Utf8JsonWriter json) => Execution(json, experiment.Device, experiment.TokenBudget);

    internal static void Execution(Utf8JsonWriter json, string? device, int? tokenBudget)
    {
        if (device is null && tokenBudget is null)
            return;
        json.WriteStartObject("execution");
        Text(json, "device", device);
        if (tokenBudget is { } budget)
            json.WriteNumber("tokenBudget", budget);
        json.WriteEndObject();
    }

    private void Plugins(Utf8JsonWriter json, bool areUsed)
    {
        if (areUsed && experiment.Plugin is { } plugin)
            Objects(json, "plugins", [plugin], p =>
            {
                json.WriteString("path", p.Path);
                json.WriteString("sha256", p.Sha256);
            });
    }

    private static void Eval(Utf8JsonWriter json, IEnumerable<Dataset> datasets, Action<Dataset>? more = null) => Objects(json, "eval", datasets, dataset =>
    {
        json.WriteString("name", dataset.Name);
        Text(json, "trait", dataset.Trait);
        more?.Invoke(dataset);
    });

    internal static void Objects<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    internal static void List(Utf8JsonWriter json, string name, IEnumerable<string> items)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
            json.WriteStringValue(item);
        json.WriteEndArray();
    }

    internal static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }
}
