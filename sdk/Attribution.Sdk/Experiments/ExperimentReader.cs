using System.Text.RegularExpressions;

namespace Attribution.Sdk.Experiments;

/// <summary>Makes an <see cref="Experiment"/> of a project's properties and items, and says all that is wrong with them at once.</summary>
internal sealed partial class ExperimentReader
{
    private static readonly string[] Baselines = ["random", "none"];
    private const string DefaultLoss = "last_turn";

    private static readonly string[] DTypes = ["float32", "bfloat16"];
    private static readonly string[] Losses = [DefaultLoss, "all_turns"];
    private static readonly string[] VectorFormats = [Experiment.DefaultVectorFormat, "npy", "npy-float16", "int8"];
    private static readonly string[] Projections = ["kronecker", "sparse"];

    private readonly List<Problem> _problems = [];
    private readonly ProjectPaths _paths;
    private readonly Settings _settings;
    private readonly JudgePromptFiles _prompts;

    /// <param name="directory">The project's directory.</param>
    /// <param name="settings">Our properties by name; empty text for what is not set.</param>
    /// <param name="prompts">Finds the prompts of judging models.</param>
    public ExperimentReader(string directory, IReadOnlyDictionary<string, string> settings, JudgePromptFiles prompts)
    {
        _prompts = prompts;
        _paths = new(directory);
        _settings = new(settings, _problems);
    }

    /// <summary>What is wrong, once <see cref="Read"/> has run.</summary>
    public IReadOnlyList<Problem> Problems => _problems;

    /// <summary>Reads the project. What it returns is good only if there are no <see cref="Problems"/>.</summary>
    public Experiment Read(string name, string state, IReadOnlyList<ProjectItem> train, IReadOnlyList<ProjectItem> eval,
        IReadOnlyList<string> trainMethods, IReadOnlyList<string> evalMethods, IReadOnlyList<string> baselines, Plugin? plugin)
    {
        if (train.Count == 0)
            _problems.Add(new(ProjectErrorCodes.NoTrainDataset, "There is no training set. Add <TrainDataset Include=\"data/train.jsonl\" /> to an ItemGroup of the project."));
        if (eval.Count == 0)
            _problems.Add(new(ProjectErrorCodes.NoEvalDataset, "There is no evaluation set. Add <EvalDataset Include=\"data/behaviour.jsonl\" /> to an ItemGroup of the project: its rows show what to look for."));
        CheckRuns(trainMethods, evalMethods, baselines);
        CheckPersonas(eval, evalMethods);
        _settings.RequireBoolean("AcceptSnapshot");
        _settings.RequireBoolean("RunInTests");
        _settings.RequireBoolean("GenerateControls");

        var layers = _settings.Layers("AttributionLayer");
        var trainSets = Datasets("TrainDataset", train);
        var evalSets = Datasets("EvalDataset", eval);
        CheckNames(trainMethods, evalMethods, evalSets, plugin);
        return new Experiment
        {
            Name = name,
            Variant = Variant(),
            State = state.Replace('\\', '/').TrimEnd('/'),
            Store = _paths.Short(_settings.Text("AttributionStore")!),
            Train = trainSets,
            Eval = evalSets,
            TrainMethods = trainMethods,
            EvalMethods = evalMethods,
            Baselines = baselines,
            Plugin = plugin,
            BaseModel = BaseModel(),
            Layers = layers,
            SelectionLayer = SelectionLayer(layers),
            Projection = OneOf("Projection", Projections),
            ProjectionDim = ProjectionDim(),
            ProjectionSeed = _settings.Long("ProjectionSeed"),
            ProjectionLayers = _settings.Text("ProjectionLayers"),
            MaxTokens = _settings.Int("MaxTokens"),
            Loss = _settings.Text("Loss") is null || OneOf("Loss", Losses) is DefaultLoss ? null : _settings.Text("Loss"),
            ChatTemplate = ChatTemplate(),
            DType = OneOf("AttributionDType", DTypes),
            VectorFormat = OneOf("VectorFormat", VectorFormats),
            Device = _settings.Text("Device"),
            TokenBudget = _settings.IntOrNone("TokenBudget"),
            GenerateControls = bool.TryParse(_settings.Text("GenerateControls"), out var generate) && generate,
            PersonaPrompts = PersonaPrompts(),
            TopK = _settings.Int("TopK"),
            ScoringMethod = OneOf("ScoringMethod", UnknownNames.ScoringMethods),
            Seed = _settings.Long("Seed"),
            LoraRank = _settings.Int("LoraRank"),
            LoraAlpha = _settings.Number("LoraAlpha", 0),
            LoraDropout = _settings.Number("LoraDropout", 0, 1),
            LoraTargets = _settings.List("LoraTargets"),
            LearningRate = _settings.Number("LearningRate", 0),
            WeightDecay = _settings.Number("WeightDecay", 0),
            Epochs = _settings.Int("Epochs"),
            BatchSize = _settings.Int("BatchSize"),
            JudgeRepeats = _settings.Int("JudgeRepeats"),
            Temperature = _settings.Number("Temperature", 0),
            TopP = _settings.Number("TopP", 0, 1),
            MaxNewTokens = _settings.Int("MaxNewTokens"),
            SnapshotTolerance = _settings.Number("SnapshotTolerance", 0),
            Llm = evalSets.Exists(d => d.Prompts is not null && d.Judge == Experiment.LlmJudge) || trainSets.Concat(evalSets).Any(d => d.IsWritten) ? JudgingModel.Read(_settings, _paths, _problems) : null,
        };
    }

    private void CheckRuns(IReadOnlyList<string> trainMethods, IReadOnlyList<string> evalMethods, IReadOnlyList<string> baselines)
    {
        _settings.IntOrNone("Threads");
        foreach (var baseline in baselines.Except(Baselines))
            _problems.Add(new(ProjectErrorCodes.UnknownBaseline, $"There is no baseline '{baseline}'. Use {string.Join(" or ", Baselines)}.", "Baseline", baseline));
        foreach (var method in trainMethods.Intersect(BuiltInMethods.Personas))
            _problems.Add(new(ProjectErrorCodes.NothingToRun, $"'{method}' makes one vector of an evaluation set and none of training rows: write <SelectionMethod Include=\"{method}\" />.", "AttributionMethod", method));
        foreach (var method in trainMethods.Concat(evalMethods).Intersect(Baselines))
            _problems.Add(new(ProjectErrorCodes.UnknownBaseline, $"'{method}' is a baseline, not a method: write <Baseline Include=\"{method}\" />.", "AttributionMethod", method));
        if (trainMethods.Count == 0 && evalMethods.Count == 0 && baselines.Count == 0)
            _problems.Add(new(ProjectErrorCodes.NothingToRun, "The project asks for no run. Add <AttributionMethod Include=\"residual_change_treatment\" /> and <SelectionMethod Include=\"residual_diff\" /> to an ItemGroup, or a <Baseline Include=\"random\" />."));
        else if (trainMethods.Count == 0 != (evalMethods.Count == 0))
            _problems.Add(new(ProjectErrorCodes.NothingToRun, trainMethods.Count == 0
                ? "There are SelectionMethod items and no AttributionMethod: name the method that gives the training rows' vectors, as in <AttributionMethod Include=\"residual_change_treatment\" />."
                : "There are AttributionMethod items and no SelectionMethod: name the method that gives the evaluation rows' vectors, as in <SelectionMethod Include=\"residual_diff\" />."));
        else
            CheckPairs(trainMethods, evalMethods);
    }

    private void CheckNames(IReadOnlyList<string> trainMethods, IReadOnlyList<string> evalMethods, IReadOnlyList<Dataset> evalSets, Plugin? plugin)
    {
        _problems.AddRange(UnknownNames.Traits(evalSets));
        // What the project's own files hold, the worker knows.
        if (plugin is not null)
            return;
        string[] said = [.. Baselines, .. BuiltInMethods.Personas];
        _problems.AddRange(UnknownNames.Methods("AttributionMethod", trainMethods, [.. BuiltInMethods.Names], said));
        _problems.AddRange(UnknownNames.Methods("SelectionMethod", evalMethods, [.. BuiltInMethods.Names, .. BuiltInMethods.Personas], said));
    }

    private void CheckPairs(IReadOnlyList<string> trainMethods, IReadOnlyList<string> evalMethods)
    {
        void NoPartner(string item, string method, string what) => _problems.Add(new(ProjectErrorCodes.MethodsDoNotPair, $"{item} {method} has nothing to compare with: {what}", item, method));

        if (trainMethods.Contains(BuiltInMethods.Trak) != evalMethods.Contains(BuiltInMethods.Trak))
        {
            var (item, other) = trainMethods.Contains(BuiltInMethods.Trak) ? ("AttributionMethod", "SelectionMethod") : ("SelectionMethod", "AttributionMethod");
            NoPartner(item, BuiltInMethods.Trak, $"vectors of trak pair only with vectors of trak. Add <{other} Include=\"trak\" />, or remove it here.");
        }
        else if (trainMethods.Contains(BuiltInMethods.Trak))
        {
            // Every other method pairs with every other method.
            var (train, eval) = (trainMethods.Where(m => m != BuiltInMethods.Trak).ToList(), evalMethods.Where(m => m != BuiltInMethods.Trak).ToList());
            if (train.Count == 0 != (eval.Count == 0))
                NoPartner(train.Count > 0 ? "AttributionMethod" : "SelectionMethod", train.Concat(eval).First(),
                    $"the other side has trak alone, which pairs only with trak. Add a {(train.Count > 0 ? "SelectionMethod" : "AttributionMethod")}, or remove it here.");
            if (_settings.Text("ScoringMethod") == "cos_sim_debias_eval")
                _problems.Add(new(ProjectErrorCodes.MethodsDoNotPair, "ScoringMethod cos_sim_debias_eval reads vectors of residual_control, which do not compare with those of trak. Use another ScoringMethod, or no trak.", "ScoringMethod"));
        }
    }

    private int ProjectionDim()
    {
        var dimension = _settings.Int("ProjectionDim");
        if (_settings.Text("Projection") == "kronecker" && Math.Round(Math.Sqrt(dimension)) is var side && side * side != dimension)
            _problems.Add(new(ProjectErrorCodes.ValueInvalid, $"ProjectionDim is '{dimension}'. Give a square number for Projection kronecker, such as 1024, 4096 or 16384.", "ProjectionDim"));
        return dimension;
    }

    private void CheckPersonas(IReadOnlyList<ProjectItem> eval, IReadOnlyList<string> evalMethods)
    {
        if (evalMethods.Contains(BuiltInMethods.PersonaGenerated))
            foreach (var item in eval.Where(item => item.Text("Trait") is null))
                _problems.Add(new(ProjectErrorCodes.TraitMissing, $"{BuiltInMethods.PersonaGenerated} switches a trait on and off, and EvalDataset {item.Include} has no Trait. Add Trait=\"...\".", "EvalDataset", item.Include));
        if (!evalMethods.Contains(BuiltInMethods.PersonaFile))
            return;
        foreach (var item in eval)
            if (item.Text("PersonaVector") is null)
                _problems.Add(new(ProjectErrorCodes.PropertyMissing, $"{BuiltInMethods.PersonaFile} reads the persona vector of EvalDataset {item.Include} from a file, and the item names none. Add PersonaVector=\"...\".", "EvalDataset", item.Include));
            else
                RequireFile("EvalDataset", item, _paths.Written(item.Text("PersonaVector")!), "PersonaVector of ");
    }

    // The worker knows the names of the templates that come along; what is a file here is meant as one.
    private string? ChatTemplate() => _settings.Text("ChatTemplate") is { } template && File.Exists(_paths.Full(template)) ? _paths.Written(template) : _settings.Text("ChatTemplate");

    private List<Dataset> Datasets(string kind, IReadOnlyList<ProjectItem> items)
    {
        var datasets = items.Select(item => Dataset(kind, item)).ToList();
        foreach (var twice in datasets.GroupBy(d => d.Name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
            _problems.Add(new(ProjectErrorCodes.DatasetNameTaken,
                $"Two {kind} items are named '{twice.Key}': {string.Join(" and ", twice.Select(d => d.Path))}. Give one of them another Name=\"...\".", kind, twice.Last().Path));
        return datasets;
    }

    private Dataset Dataset(string kind, ProjectItem item)
    {
        var path = _paths.Written(item.Include);
        var dataset = new Dataset(item.Text("Name") ?? NameOf(path), path)
        {
            Filter = item.Text("Filter"),
            Take = _settings.Whole($"Take of {kind} {item.Include}", item.Text("Take"), 1, long.MaxValue, kind, item.Include),
            Seed = _settings.Whole($"Seed of {kind} {item.Include}", item.Text("Seed"), 0, long.MaxValue, kind, item.Include),
            Recipe = item.Text("Recipe"),
            Format = item.Text("Format"),
            TreatmentColumn = item.Text("TreatmentColumn"),
            ControlColumn = item.Text("ControlColumn"),
            Parameters = [.. Experiments.Dataset.RecipeParameters.Where(name => item.Text(name) is not null).Select(name => (name, item.Text(name)!))],
            PlantedColumn = item.Text("PlantedColumn"),
            Trait = item.Text("Trait"),
            Prompts = item.Text("Prompts") is { } prompts ? OfRecipe(item, prompts) ? prompts : _paths.Written(prompts) : null,
            PersonaVector = item.Text("PersonaVector") is { } vector ? _paths.Written(vector) : null,
            Judge = item.Text("Judge") ?? _settings.Text("Judge") ?? Experiment.RuleJudge,
        };
        if (dataset.Name.StartsWith('.') || !dataset.Name.All(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_'))
            _problems.Add(new(ProjectErrorCodes.ValueInvalid, $"'{dataset.Name}' cannot name the results of {kind} {item.Include}. Give it a Name of letters, digits, '.', '-' and '_'.", kind, item.Include));
        // A recipe may make its rows from elsewhere.
        if (dataset.Recipe is null)
        {
            RequireFile(kind, item, path, "");
            foreach (var (name, value) in dataset.Parameters)
                _problems.Add(new(ProjectErrorCodes.ValueInvalid, $"{kind} {item.Include} has {name}=\"{value}\", which only a recipe reads, and no Recipe. Add Recipe=\"...\" or remove it.", kind, item.Include));
        }
        if (dataset.Prompts is not null)
        {
            if (dataset.PromptFile is { } file)
                RequireFile(kind, item, file, "Prompts of ");
            if (dataset.Trait is null)
                _problems.Add(new(ProjectErrorCodes.TraitMissing, $"{kind} {item.Include} has Prompts, whose answers are judged, and no Trait to judge. Add Trait=\"...\".", kind, item.Include));
            else if (dataset.Judge == Experiment.LlmJudge)
                return _prompts.Find(dataset, item, _settings.Text("JudgePrompts"), _problems);
        }
        return dataset;
    }

    // A file may be called so, too.
    private static bool OfRecipe(ProjectItem item, string prompts) => prompts == Experiments.Dataset.PromptsOfRecipe && item.Text("Recipe") is not null;

    private void RequireFile(string kind, ProjectItem item, string path, string part)
    {
        if (_paths.Files(path).Count == 0)
            _problems.Add(new(ProjectErrorCodes.DatasetMissing, $"{part}{kind} {item.Include} does not exist: there is no {_paths.Full(path)}. Correct the path; it is relative to the project.", kind, item.Include));
    }

    // data/pool.jsonl.gz is `pool`.
    private static string NameOf(string path)
    {
        var name = Path.GetFileName(path);
        if (Path.GetExtension(name) is ".gz" or ".zst")
            name = Path.GetFileNameWithoutExtension(name);
        return Path.GetFileNameWithoutExtension(name);
    }

    private string? Variant()
    {
        if (_settings.Text("Variant") is not { } variant)
            return null;
        if (!variant.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            _problems.Add(new(ProjectErrorCodes.ValueInvalid, $"Variant is '{variant}', and folders are called so. Use letters, digits, '-' and '_'.", "Variant"));
        return variant;
    }

    private string? PersonaPrompts()
    {
        if (_settings.Text("PersonaPrompts") is not { } folder)
            return null;
        if (!Directory.Exists(_paths.Full(folder)))
            _problems.Add(new(ProjectErrorCodes.ValueInvalid, $"PersonaPrompts is '{folder}', and there is no folder {_paths.Full(folder)}. Put TRAIT.positive.txt and TRAIT.negative.txt there; it is relative to the project.", "PersonaPrompts"));
        return _paths.Written(folder);
    }

    private string BaseModel()
    {
        if (_settings.Text("BaseModel") is not { } model)
        {
            _problems.Add(new(ProjectErrorCodes.PropertyMissing, "BaseModel is not set. Set <BaseModel>FOLDER</BaseModel>, the folder of a model, or a Hugging Face id such as meta-llama/Llama-3.1-8B-Instruct.", "BaseModel"));
            return "";
        }
        if (Directory.Exists(_paths.Full(model)))
            return _paths.Written(model);
        if (!HubId().IsMatch(model))
            _problems.Add(new(ProjectErrorCodes.ModelMissing, $"BaseModel '{model}' is no Hugging Face id such as meta-llama/Llama-3.1-8B-Instruct, and there is no folder {_paths.Full(model)}. Correct the path; it is relative to the project.", "BaseModel"));
        return model;
    }

    private int SelectionLayer(IReadOnlyList<int>? layers)
    {
        if (_settings.IntOrNone("SelectionLayer", least: 0) is { } layer)
        {
            if (layers?.Contains(layer) == false)
                _problems.Add(new(ProjectErrorCodes.LayerAmbiguous, $"SelectionLayer is {layer}, and AttributionLayer has no vectors of it. Add it there.", "SelectionLayer"));
            return layer;
        }
        if (layers is [var only])
            return only;
        if (_settings.Text("SelectionLayer") is null)
            _problems.Add(new(ProjectErrorCodes.LayerAmbiguous, "AttributionLayer asks for several layers. Say which one the scores compare: <SelectionLayer>19</SelectionLayer>.", "AttributionLayer"));
        return 0;
    }

    private string OneOf(string name, string[] values)
    {
        var text = _settings.Text(name) ?? "";
        if (!values.Contains(text))
            _problems.Add(new(ProjectErrorCodes.ValueInvalid, $"{name} is '{text}'. Use {string.Join(", ", values[..^1])} or {values[^1]}.", name));
        return text;
    }

    [GeneratedRegex(@"^[\w.-]+/[\w.-]+(@[\w./-]+)?$")]
    private static partial Regex HubId();
}
