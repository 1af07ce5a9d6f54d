using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Diagnostics;

namespace Attribution.Sdk.Experiments;

/// <summary>
/// Reads a project that selects training data. No stage that computes vectors gets the number of rows to select, and only the snapshot's stage gets its
/// tolerance.
/// </summary>
/// <param name="project">The project.</param>
internal sealed partial class DataSelectionReader(ProjectInputs project) : ExperimentReader(project)
{
    private const string TrainItem = ProjectItemNames.TrainDataset, EvalItem = ProjectItemNames.EvalDataset;

    private readonly string[] _trainMethods = project.Includes(ProjectItemNames.AttributionMethod);
    private readonly string[] _evalMethods = project.Includes(ProjectItemNames.SelectionMethod);
    private readonly string[] _baselines = project.Includes(ProjectItemNames.Baseline);
    private List<ProjectDataset> _train = [], _eval = [];

    protected override string Kind => ExperimentKinds.DataSelection;

    protected override IEnumerable<PlannedStage> Stages()
    {
        Reject(ExperimentKinds.ContextAttribution, ProjectItemNames.ContextDataset);
        if (Project.Items(TrainItem).Count == 0)
            Problems.Add(new(ErrorCodes.NoTrainDataset,
                "There is no training set. Add <TrainDataset Include=\"data/train.jsonl\" /> to an ItemGroup of the project."));
        if (Project.Items(EvalItem).Count == 0)
            Problems.Add(new(ErrorCodes.NoEvalDataset,
                "There is no evaluation set. Add <EvalDataset Include=\"data/behaviour.jsonl\" /> to an ItemGroup of the project: its rows show what to "
                + "look for."));
        var methods = new MethodChecks(Problems, _trainMethods, _evalMethods, _baselines);
        var selection = SelectTrainingData();
        methods.CheckRuns(selection.ScoringMethods);
        CheckPersonas();
        (_train, _eval) = (Datasets(TrainItem), Datasets(EvalItem));
        Problems.AddRange(UnknownNames.Traits(_eval));
        // Only the worker knows the contents of the project's own files.
        if (Project.Plugin is null)
            methods.CheckNames();

        var truth = new GroundTruthItems(Project, Properties, Problems);
        var selected = truth.WithCurve(selection);
        CheckRows(selected);
        PlannedStage[] all =
        [
            ImportDatasets(), ComputeAttribution(selection.ScoringMethods), new(selected with { Train = TrainSets(), Eval = EvalSets() }),
            FineTune(), RetrainSubsets(truth), Evaluate(), Judge(), MeasureLds(selection), CollectMetrics(),
        ];
        return all.Where(planned => Has(ExperimentStage.DataSelection.Single(stage => stage.Name == planned.Settings.Stage)));
    }

    private PlannedStage ImportDatasets()
    {
        var all = _train.Concat(_eval).ToList();
        var llm = all.Exists(d => d.IsWritten) ? Llm() : null;
        return new(
            Settings<ImportDatasetsSettings>(StageNames.ImportDatasets) with
            {
                Train = [.. _train.Select(d => d.Rows)],
                Eval = [.. _eval.Select(d => d.Rows)],
                Llm = llm,
                Plugins = Plugins(all.Exists(d => d.Rows.Recipe is not null)),
            },
            [.. all.SelectMany(d => RowFiles(d.Rows).Concat(d.PromptFile is { } prompts ? Paths.Files(prompts) : [])), .. llm?.Folder is { } writer
                ? FilesOfModel(writer) : []]);

        // A recipe may read a folder.
        IEnumerable<string> RowFiles(DatasetSettings rows) => rows.Recipe is not null && Directory.Exists(Paths.Full(rows.Path!))
            ? Files(rows.Path!, depth: SearchOption.AllDirectories) : Paths.Files(rows.Path!);
    }

    private PlannedStage ComputeAttribution(IEnumerable<string> scoringMethods)
    {
        var (generates, reads) = (_evalMethods.Contains(PersonaMethodNames.Generated), _evalMethods.Contains(PersonaMethodNames.FromFile));
        var (projection, controls, persona) = (Projection(), Properties.Read<ControlSettings>(), Persona());
        var less = Less();
        string[] builtIn = [.. Names.Of(typeof(AttributionMethodNames)), TrainedMethodNames.Less, .. Names.Of(typeof(PersonaMethodNames))];
        return new(
            ModelStage<ComputeAttributionSettings>(StageNames.ComputeAttribution) with
            {
                Train = [.. _train.Select(d => d.Name)],
                Eval = [.. _eval.Select(d => d.Name)],
                TrainMethods = _trainMethods,
                EvalMethods = _evalMethods,
                Baselines = _baselines.Intersect(BaselineNames.Scored).ToArray() is { Length: > 0 } scored ? scored : null,
                Layers = Properties.Layers("AttributionLayer"),
                Projection = _trainMethods.Contains(AttributionMethodNames.Trak) || _trainMethods.Contains(TrainedMethodNames.Less) ? projection : null,
                Less = _trainMethods.Contains(TrainedMethodNames.Less) ? less : null,
                EvalControls = scoringMethods.Any(ScoringMethodNames.ReadsControls),
                Controls = controls.Generate ? controls : null,
                Persona = generates ? persona : null,
                PersonaVectors = reads ? ByName(d => d.PersonaVector) : null,
                Plugins = Plugins(_trainMethods.Concat(_evalMethods).Except(builtIn).Any()),
            },
            [
                .. ModelFiles,
                .. generates && persona.Prompts is { } folder ? Files(folder, "*.txt") : [],
                .. reads ? _eval.SelectMany(d => d.PersonaVector is { } vector ? Paths.Files(vector) : []) : [],
            ]);
    }

    private SelectTrainingDataSettings SelectTrainingData()
    {
        var settings = Settings<SelectTrainingDataSettings>(StageNames.SelectTrainingData) with
        {
            TrainMethods = _trainMethods,
            EvalMethods = _evalMethods,
            SelectionLayers = SelectionLayers(),
            Baselines = _baselines,
        };
        var whitening = Properties.Read<WhiteningSettings>();
        return settings with
        {
            Whitening = settings.ScoringMethods.Any(ScoringMethodNames.Whitens) ? whitening : null,
            Seeds = _baselines.Contains(BaselineNames.Random) || settings.ScoringMethods.Any(ScoringMethodNames.IsProbe) ? Seeds() : null
        };
    }

    // The warm-up trains as FineTune does, with the first value of an axis, so that its vectors are computed once.
    private LessSettings Less()
    {
        var (less, training) = (Properties.Read<LessSettings>(), ModelStage<FineTuneSettings>(StageNames.FineTune));
        return less with
        {
            Lora = training.Lora with { Ranks = [training.Lora.Ranks[0]] },
            LearningRate = training.LearningRates[0],
            WeightDecay = training.WeightDecay,
            BatchSize = training.BatchSize,
            Seed = Seeds()[0],
        };
    }

    private PlannedStage FineTune() => new(ModelStage<FineTuneSettings>(StageNames.FineTune) with { Seeds = Seeds() }, ModelFiles);

    private PlannedStage Evaluate()
    {
        var generation = Properties.Read<GenerationSettings>();
        return new(ModelStage<EvaluateSettings>(StageNames.Evaluate) with
        {
            Eval = EvalSets(),
            Seeds = Seeds(),
            Generation = _eval.Exists(d => d.Rows.Prompts is not null) ? generation : null
        }, ModelFiles);
    }

    private PlannedStage Judge()
    {
        var judged = _eval.Where(d => d.Rows.Prompts is not null).ToList();
        var llm = judged.Exists(d => d.Judge == JudgeNames.Llm) ? Llm() : null;
        return new(
            Settings<JudgeSettings>(StageNames.Judge) with
            {
                Eval = [.. judged.Select(d => new EvalSettings { Name = d.Name, Trait = d.Rows.Trait, Judge = d.Judge, Prompt = d.JudgePrompt })],
                Llm = llm,
                Plugins = Plugins(judged.Exists(d => d.Judge is not (JudgeNames.Rules or JudgeNames.Llm))),
            },
            llm is null ? null : [.. judged.Select(d => d.JudgePromptFile).OfType<string>().Distinct().Select(Paths.Full), .. llm.Folder is { } folder
                ? FilesOfModel(folder) : []]);
    }

    private PlannedStage CollectMetrics() =>
        new(Settings<CollectMetricsSettings>(StageNames.CollectMetrics) with { Eval = EvalSets() });

    private TrainSettings[] TrainSets() => [.. _train.Select(d => new TrainSettings { Name = d.Name, PlantedColumn = d.PlantedColumn })];

    private EvalSettings[] EvalSets() => [.. _eval.Select(d => new EvalSettings { Name = d.Name, Trait = d.Rows.Trait })];

    private PluginSettings[]? Plugins(bool areUsed) => areUsed && Project.Plugin is { } plugin ? [plugin] : null;

    private Dictionary<string, string> ByName(Func<ProjectDataset, string?> value) =>
        _eval.Where(d => value(d) is not null).ToDictionary(d => d.Name, d => value(d)!);

    private ProjectionSettings Projection()
    {
        var projection = Properties.Read<ProjectionSettings>();
        if (projection.Kind == ProjectionNames.Kronecker && Math.Round(Math.Sqrt(projection.Dimension)) is var side && side * side != projection.Dimension)
            Problems.Add(new(ErrorCodes.ValueInvalid,
                $"ProjectionDim is '{projection.Dimension}'. Give a square number for Projection kronecker, such as 1024, 4096 or 16384.", "ProjectionDim"));
        return projection;
    }

    private PersonaSettings Persona()
    {
        var sampling = Properties.Read<PersonaSamplingSettings>();
        if (sampling is { Answers: > 1, Temperature: 0 })
            Problems.Add(new(ErrorCodes.ValueInvalid,
                $"PersonaAnswers is '{sampling.Answers}' and PersonaTemperature is 0, at which every answer to a prompt is the same. Set PersonaTemperature, "
                + "such as 1, or leave PersonaAnswers at 1.", "PersonaAnswers"));
        var persona = Properties.Read<PersonaSettings>() with { Traits = ByName(d => d.Rows.Trait), Sampling = sampling.Temperature > 0 ? sampling : null };
        if (Properties.Text("PersonaPrompts") is not { } folder)
            return persona;
        if (!Directory.Exists(Paths.Full(folder)))
            Problems.Add(new(ErrorCodes.ValueInvalid,
                $"PersonaPrompts is '{folder}', and there is no folder {Paths.Full(folder)}. Put TRAIT.positive.txt and TRAIT.negative.txt there; it is "
                + $"relative to the project.", "PersonaPrompts"));
        return persona with { Prompts = Paths.Written(folder) };
    }

    private LlmSettings Llm()
    {
        var llm = Properties.Read<LlmSettings>();
        var (model, endpoint) = (Properties.Text("JudgeModel") ?? llm.Model!, Properties.Text("JudgeEndpoint") ?? llm.Endpoint!);
        // The message omits the value, which may contain a key that the build log would keep.
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri is not { Scheme: "http" or "https", UserInfo: "", Query: "", Fragment: "" })
            Problems.Add(new(ErrorCodes.ValueInvalid,
                "JudgeEndpoint is no http or https address without user name and query. Write one such as https://api.openai.com/v1 or "
                + "http://localhost:8000/v1; a key belongs into the environment or a .env file, as OPENAI_API_KEY.", "JudgeEndpoint"));
        if (Directory.Exists(Paths.Full(model)))
            return new() { Folder = Paths.Written(model), Model = null, Endpoint = null, Concurrency = null, Execution = Execution() };
        if (model.StartsWith('.') || Path.IsPathRooted(model))
            Problems.Add(new(ErrorCodes.ModelMissing,
                $"JudgeModel '{model}' reads like a folder, and there is no folder {Paths.Full(model)}. Correct the path; it is relative to the project.",
                "JudgeModel"));
        return llm with { Model = model, Endpoint = endpoint };
    }

    private int[] SelectionLayers()
    {
        var layers = Properties.Layers("AttributionLayer").Layers;
        if (Properties.Values<int>(new("SelectionLayer")) is { } selected)
        {
            foreach (var layer in selected.Where(layer => layers?.Contains(layer) == false))
                Problems.Add(new(ErrorCodes.LayerAmbiguous, $"SelectionLayer is {layer}, and AttributionLayer has no vectors of it. Add it there.",
                    "SelectionLayer"));
            return selected;
        }
        if (layers is [_])
            return layers;
        if (Properties.Text("SelectionLayer") is null)
            Problems.Add(new(ErrorCodes.LayerAmbiguous,
                "AttributionLayer asks for several layers. Say which one the scores compare: <SelectionLayer>19</SelectionLayer>, or several as 18;19, each "
                + "with runs of its own.", "AttributionLayer"));
        return [0];
    }

    // Seed is the seed of a project without Seeds; a project that sets both is ambiguous.
    private long[] Seeds()
    {
        var (seeds, seed) = (Properties.Values<long>(new("Seeds")), Build.Seed);
        if (seeds is not null && seed is { } one && (seeds is not [var only] || only != one))
            Problems.Add(new(ErrorCodes.ValueInvalid,
                $"Seed is {one} and Seeds is {string.Join(';', seeds)}, so it is not clear which runs are meant. Set only Seeds; one seed is a list of one.",
                "Seed"));
        return seeds ?? [seed ?? 0];
    }
}
