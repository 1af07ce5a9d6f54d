using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Attribution.Contracts;
using Attribution.Worker.Verbs;

namespace Attribution.Worker.Tests.Stages;

/// <summary>An experiment in a folder of its own, with a tiny model and small datasets, run stage by stage as a build does.</summary>
internal sealed class TestExperiment : IDisposable
{
    public static readonly string[] AllStages = ["ImportDatasets", "ComputeAttribution", "SelectTrainingData", "FineTune", "Evaluate", "Judge",
        "CollectMetrics", "VerifySnapshot", "Report"];

    /// <param name="root">Where experiments that share a model lie; a new folder if null.</param>
    /// <param name="name">The experiment's folder there.</param>
    /// <param name="store">The folder of the store there.</param>
    public TestExperiment(string? root = null, string name = "experiment", string store = "store")
    {
        OwnsRoot = root is null;
        Root = root ?? Directory.CreateTempSubdirectory("stages-").FullName;
        Folder = Directory.CreateDirectory(Path.Combine(Root, name)).FullName;
        Store = Path.Combine(Root, store);
        Model = Path.Combine(Root, "model");
        if (!Directory.Exists(Model))
            TinyChatModel.Write(Model);
    }

    /// <summary>Whether the folder goes with this.</summary>
    public bool OwnsRoot { get; init; }

    public string Root { get; }
    public string Folder { get; }
    public string Store { get; }
    public string Model { get; init; }
    public string State => Path.Combine(Folder, "obj", "attribution");
    public string Out => Path.Combine(Folder, "out");
    public string Snapshots => Path.Combine(Folder, "snapshots");

    public string Train { get; set; } = "";
    public string Eval { get; set; } = "";
    public string? PlantedColumn { get; init; } = "behaviour";
    public string? Prompts { get; set; }
    public long? Take { get; set; }
    public string Trait { get; set; } = "laziness";
    public string Judge { get; set; } = "rules";
    public string? JudgePrompt { get; set; }
    public object? Llm { get; set; }
    public string? Plugin { get; set; }
    public string[] TrainMethods { get; set; } = ["residual_change_treatment"];
    public string[] EvalMethods { get; set; } = ["residual_diff"];
    public string[] Baselines { get; set; } = ["random", "none"];
    public int[] Layers { get; set; } = [1];
    public int Layer { get; set; } = 1;
    public long[] Seeds { get; set; } = [0];
    public double[] LearningRates { get; set; } = [0.001];
    public object? Projection { get; set; }
    public object? Whitening { get; set; }
    public object? Less { get; set; }
    public int TopK { get => TopKs.Single(); set => TopKs = [value]; }
    public int[] TopKs { get; set; } = [8];
    public string Scoring { get => Scorings.Single(); set => Scorings = [value]; }
    public string[] Scorings { get; set; } = ["cos_sim"];
    public string? VectorFormat { get; set; }
    public int MaxTokens { get; set; } = 256;
    public string? Loss { get; set; }
    public string? ChatTemplate { get; set; }
    public string? Format { get; set; }
    public double Tolerance { get; set; } = 0.01;
    public JsonNode? Persona { get; set; }
    public int? ControlTokens { get; set; }
    public string? PersonaVector { get; set; }

    /// <summary>With the times of day, no two stores would give equal bytes.</summary>
    public string? TensorBoardTimes { get; set; } = "step";

    /// <summary>Where and how the model runs.</summary>
    public object Execution { get; set; } = new { device = TestDevice.Name };

    /// <summary>Where artifacts are fetched from; null for nowhere.</summary>
    public string? Remote { get; set; }

    /// <summary>How many subsets the ground truth is measured on; null for an experiment without it.</summary>
    public int? Subsets { get; set; }

    /// <summary>The ends of the ranking that rows are taken from; null for the first alone.</summary>
    public string[]? Ends { get; set; }

    /// <summary>The stages that this experiment has.</summary>
    public string[] Stages => Subsets is null ? AllStages
        : [.. AllStages.SelectMany(stage => stage switch { "Evaluate" => ["RetrainSubsets", stage], "CollectMetrics" => ["MeasureLds", stage], _ =>
            new[] { stage } })];

    /// <summary>A pool of <paramref name="rows"/> conversations, an evaluation set of 12 pairs and 3 prompts.</summary>
    public TestExperiment WithData(int rows = 200)
    {
        Train = Write("pool.jsonl", TestRows.Pool(rows));
        Eval = Write("lazy.jsonl", TestRows.Pairs(12));
        Prompts = Write("lazy.prompts.jsonl", TestRows.Prompts(3));
        return this;
    }

    public string Write(string name, IEnumerable<string> lines)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllLines(path, lines);
        return path;
    }

    /// <summary>Writes the requests as the build does.</summary>
    /// <param name="folder">Where; the state's own folder if null.</param>
    public void Prepare(string? folder = null)
    {
        folder = Directory.CreateDirectory(folder ?? State).FullName;
        var (trainName, evalName) = (Path.GetFileNameWithoutExtension(Train), Path.GetFileNameWithoutExtension(Eval));
        object[] evals = [new { name = evalName, trait = Trait, judge = Judge, prompt = JudgePrompt }];
        var plugins = Plugin is null ? null : new[] { new { path = Plugin } };
        var execution = Execution;
        Request("ImportDatasets", [], new
        {
            train = new[] { new { name = trainName, path = Train, take = Take, format = Format } },
            eval = new[] { new { name = evalName, path = Eval, take = Take, prompts = Prompts } }
        });
        Request("ComputeAttribution", ["ImportDatasets"], new
        {
            model = Model,
            train = new[] { trainName },
            eval = new[] { evalName },
            trainMethods = TrainMethods,
            evalMethods = EvalMethods,
            baselines = Baselines.Intersect(BaselineNames.Scored).ToArray() is { Length: > 0 } scored ? scored : null,
            layers = Layers,
            projection = Projection,
            less = Less,
            evalControls = Scorings.Any(s => s is "cos_sim_debias_eval" or "linear" or "mlp"),
            vectorFormat = VectorFormat,
            maxTokens = MaxTokens,
            loss = Loss,
            chatTemplate = ChatTemplate,
            dtype = "float32",
            execution,
            plugins,
            controls = ControlTokens is null ? null : new { maxNewTokens = ControlTokens },
            persona = Persona,
            personaVectors = PersonaVector is null ? null : new Dictionary<string, string> { [evalName] = PersonaVector },
        });
        Request("SelectTrainingData", ["ImportDatasets", "ComputeAttribution"], new
        {
            train = new[] { new { name = trainName, plantedColumn = PlantedColumn } },
            eval = evals,
            trainMethods = TrainMethods,
            evalMethods = EvalMethods,
            selectionLayers = new[] { Layer },
            scoringMethods = Scorings,
            whitening = Whitening,
            topK = TopKs.Select(k => $"{k}"),
            baselines = Baselines,
            seeds = Seeds,
            ends = Ends,
        });
        Request("FineTune", ["SelectTrainingData"], Training(new { }));
        if (Subsets is not null)
            Request("RetrainSubsets", ["ImportDatasets"], Training(new { train = new[] { trainName }, subsets = Subsets }));
        object Training(object own) => JsonSerializer.SerializeToNode(own)!.AsObject().Concat(JsonSerializer.SerializeToNode(new
        {
            model = Model,
            dtype = "float32",
            maxTokens = MaxTokens,
            loss = Loss,
            chatTemplate = ChatTemplate,
            lora = new { ranks = new[] { 4 }, alpha = 8, dropout = 0, targets = new[] { "q_proj", "up_proj" } },
            learningRates = LearningRates,
            weightDecay = 0.01,
            epochs = new[] { 1 },
            batchSize = 4,
            seeds = Seeds,
            execution,
        })!.AsObject()).ToDictionary(p => p.Key, p => p.Value);
        Request("Evaluate", Subsets is null ? ["ImportDatasets", "FineTune"] : ["ImportDatasets", "FineTune", "RetrainSubsets"], new
        {
            model = Model,
            dtype = "float32",
            maxTokens = MaxTokens,
            chatTemplate = ChatTemplate,
            eval = evals,
            generation = new { repeats = 2, temperature = 0.7, topP = 0.9, maxNewTokens = 12 },
            seeds = Seeds,
            execution,
        });
        Request("Judge", ["FineTune", "Evaluate"], new { eval = Prompts is null ? [] : evals, llm = Llm, plugins });
        if (Subsets is not null)
            Request("MeasureLds", ["ImportDatasets", "ComputeAttribution", "SelectTrainingData", "RetrainSubsets", "Evaluate"],
                new { train = new[] { trainName }, eval = new[] { evalName }, whitening = Whitening });
        Request("CollectMetrics", ["SelectTrainingData", "FineTune", "Evaluate", "Judge", .. Subsets is null ? [] : new[] { "MeasureLds" }],
            new { train = new[] { trainName }, eval = evals, tensorBoardTimes = TensorBoardTimes });
        Request("VerifySnapshot", ["CollectMetrics"], new { snapshots = Snapshots, tolerance = Tolerance });
        Request("Report", Stages[..^1], new { command = "dotnet build experiments/test" });

        void Request(string stage, string[] upstream, object own)
        {
            var request = JsonSerializer.SerializeToNode(new { stage, experiment = "test", store = Store, state = State, @out = Out, upstream })!.AsObject();
            if (Remote is not null)
                request["remote"] = Remote;
            foreach (var (name, value) in JsonSerializer.SerializeToNode(own)!.AsObject().ToArray())
                if (value is not null)
                    request[name] = value.DeepClone();
            File.WriteAllText(RequestFile(stage, folder), request.ToJsonString());
        }
    }

    public string RequestFile(string stage, string? folder = null) => Path.Combine(folder ?? State, $"{stage}.request.json");

    /// <summary>Runs stages, all of them by default, and returns what each did; fails if one does.</summary>
    public async Task<Build> RunAsync(params string[] stages)
    {
        Prepare();
        var build = new Build(this);
        foreach (var stage in stages.Length == 0 ? Stages : stages)
        {
            var (code, lines) = await RunStageAsync(stage);
            code.ShouldBe(0, $"{stage}: {string.Join(Environment.NewLine, lines.Select(l => l.ToString()))}");
            build.Lines[stage] = lines;
        }
        return build;
    }

    /// <summary>Runs one stage inside of this process, without preparing requests.</summary>
    public async Task<(int Code, IReadOnlyList<WorkerLine> Lines)> RunStageAsync(string stage, params string[] more)
    {
        var (code, output, _) = await CommandLine.RunHereAsync(["run-stage", stage, "--request", RequestFile(stage), .. more]);
        return (code, WorkerLine.Parse(output));
    }

    /// <summary>Runs a stage that must fail and returns its error.</summary>
    public async Task<WorkerLine> FailAsync(string stage)
    {
        var (code, lines) = await RunStageAsync(stage);
        code.ShouldBe(1, string.Join(Environment.NewLine, lines.Select(l => l.ToString())));
        return lines.Last(l => l.Kind == "error");
    }

    public JsonObject Summary(string stage) => JsonNode.Parse(File.ReadAllText(Path.Combine(State, $"{stage}.summary.json")))!.AsObject();

    /// <summary>The content hash of every file under <c>out/</c>, by path.</summary>
    public IReadOnlyDictionary<string, string> Outputs() => Directory.EnumerateFiles(Out, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        .ToDictionary(f => Path.GetRelativePath(Out, f), f => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f))));

    public void Dispose()
    {
        if (OwnsRoot)
            Directory.Delete(Root, recursive: true);
    }

    /// <summary>What a run of the stages did.</summary>
    public sealed class Build(TestExperiment experiment)
    {
        public Dictionary<string, IReadOnlyList<WorkerLine>> Lines { get; } = [];

        /// <summary>The stages that computed anything.</summary>
        public IReadOnlyList<string> StagesThatRan => [.. Lines.Keys.Where(stage => (int)experiment.Summary(stage)["ran"]! > 0)];

        public (int Ran, int Total) Blocks => ((int)experiment.Summary("ComputeAttribution")["blocksRan"]!,
            (int)experiment.Summary("ComputeAttribution")["blocks"]!);

        public string Summary(string stage) => Lines[stage].Single(l => l.Kind == "summary").Text;

        public IEnumerable<string> Texts(string stage, string kind) => Lines[stage].Where(l => l.Kind == kind).Select(l => l.Text);
    }
}
