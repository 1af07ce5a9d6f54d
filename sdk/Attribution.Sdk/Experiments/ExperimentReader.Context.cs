using System.Globalization;

namespace Attribution.Sdk.Experiments;

/// <content>Experiments in context attribution.</content>
internal sealed partial class ExperimentReader
{
    private static readonly string[] Kinds = [Experiment.Kind, ContextExperiment.Kind];
    private static readonly string[] SourceTypes = ["token", "word", "sentence", "document"];
    private static readonly string[] ContextBaselines = ["mean_attention", "leave_one_out", "surrogate_32", "surrogate_64", "surrogate_128", "random"];

    /// <summary>The kind of the experiment; a problem if there is none such.</summary>
    public string Kind() => OneOf("ExperimentKind", Kinds);

    /// <summary>A problem if the project has items that belong to another kind of experiment.</summary>
    /// <param name="count">How many it has.</param>
    /// <param name="item">Their name.</param>
    /// <param name="kind">The kind that they belong to.</param>
    public void Reject(int count, string item, string kind)
    {
        if (count > 0)
            _problems.Add(new(ProjectErrorCodes.WrongKind, $"{item} items belong to another kind of experiment: set <ExperimentKind>{kind}</ExperimentKind>, or remove them.", item));
    }

    /// <summary>Reads the project. What it returns is good only if there are no <see cref="Problems"/>.</summary>
    public ContextExperiment ReadContext(string name, string state, IReadOnlyList<ProjectItem> datasets, IReadOnlyList<string> baselines)
    {
        if (datasets.Count == 0)
            _problems.Add(new(ProjectErrorCodes.NoContextDataset, "There is no dataset of questions with contexts. Add <ContextDataset Include=\"data/questions.jsonl\" /> to an ItemGroup of the project."));
        foreach (var baseline in baselines.Where(b => !ContextBaselines.Contains(b) && !IsSurrogate(b)))
            _problems.Add(new(ProjectErrorCodes.UnknownBaseline, $"There is no baseline '{baseline}'. Use {string.Join(", ", ContextBaselines)}, or surrogate_N with another number of ablations.", "Baseline", baseline));
        _settings.IntOrNone("Threads");
        _settings.RequireBoolean("AcceptSnapshot");
        _settings.RequireBoolean("RunInTests");
        var alpha = _settings.Number("Alpha", 0, 1);
        if (alpha is 0 or 1)
            _problems.Add(new(ProjectErrorCodes.ValueInvalid, $"Alpha is {alpha}: every ablation would be the same. Give a number between 0 and 1, such as 0.5.", "Alpha"));
        return new ContextExperiment
        {
            Name = name,
            Variant = Variant(),
            State = state.Replace('\\', '/').TrimEnd('/'),
            Store = _paths.Short(_settings.Text("AttributionStore")!),
            Datasets = ContextDatasets(datasets),
            Baselines = baselines.Count > 0 ? baselines : ContextBaselines,
            BaseModel = BaseModel(),
            DType = OneOf("AttributionDType", DTypes),
            ChatTemplate = ChatTemplate(),
            Device = _settings.Text("Device"),
            TokenBudget = _settings.IntOrNone("TokenBudget"),
            MaxNewTokens = _settings.Int("MaxNewTokens"),
            SourceType = OneOf("SourceType", SourceTypes),
            TrainingSourceType = OneOf("TrainingSourceType", SourceTypes),
            NumMasks = _settings.Int("NumMasks", least: 2),
            Alpha = alpha,
            Steps = _settings.Int("Steps"),
            LearningRate = _settings.Number("LearningRate", 0),
            BatchSize = _settings.Int("BatchSize"),
            Seed = _settings.Long("Seed"),
            SnapshotTolerance = _settings.Number("SnapshotTolerance", 0),
        };
    }

    private List<ContextDataset> ContextDatasets(IReadOnlyList<ProjectItem> items)
    {
        const string kind = "ContextDataset";
        var datasets = items.Select(item =>
        {
            // What every dataset has is checked as for any other.
            var common = Dataset(kind, item);
            return new ContextDataset(common.Name, common.Path)
            {
                Filter = common.Filter,
                Take = common.Take,
                Seed = common.Seed,
                Recipe = common.Recipe,
                ContextColumn = item.Text("ContextColumn"),
                QueryColumn = item.Text("QueryColumn"),
                AnswerColumn = item.Text("AnswerColumn"),
                TruthColumn = item.Text("TruthColumn"),
                Thoughts = Truth(item, "Thoughts"),
                HeldOut = HeldOut(item),
            };
        }).ToList();
        foreach (var item in items.Where(item => item.Text("Recipe") is not null))
            RequireFile(kind, item, _paths.Written(item.Include), "");
        foreach (var twice in datasets.GroupBy(d => d.Name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
            _problems.Add(new(ProjectErrorCodes.DatasetNameTaken,
                $"Two {kind} items are named '{twice.Key}': {string.Join(" and ", twice.Select(d => d.Path))}. Give one of them another Name=\"...\".", kind, twice.Last().Path));
        foreach (var taken in datasets.Where(d => d.Name.Equals("estimator", StringComparison.OrdinalIgnoreCase)))
            _problems.Add(new(ProjectErrorCodes.DatasetNameTaken, $"{kind} {taken.Path} cannot be named 'estimator', because that is where the estimator lies. Give it another Name=\"...\".", kind, taken.Path));
        return datasets;
    }

    private bool Truth(ProjectItem item, string name)
    {
        if (item.Text(name) is not { } text || bool.TryParse(text, out var value) && !value)
            return false;
        if (!bool.TryParse(text, out _))
            _problems.Add(new(ProjectErrorCodes.ValueInvalid, $"{name} of ContextDataset {item.Include} is '{text}'. Give true or false.", "ContextDataset", item.Include));
        return true;
    }

    private double HeldOut(ProjectItem item)
    {
        if (item.Text("HeldOut") is not { } text)
            return _settings.Number("HeldOut", 0, 1);
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1)
            return share;
        _problems.Add(new(ProjectErrorCodes.ValueInvalid, $"HeldOut of ContextDataset {item.Include} is '{text}'. Give a share from 0 to 1.", "ContextDataset", item.Include));
        return 0;
    }

    private static bool IsSurrogate(string name) =>
        name.StartsWith("surrogate_", StringComparison.Ordinal) && int.TryParse(name.AsSpan("surrogate_".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var ablations) && ablations > 1;
}
