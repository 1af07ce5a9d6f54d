using Attribution.Contracts;
using Attribution.Contracts.ContextAttribution;
using Attribution.Diagnostics;

namespace Attribution.Sdk.Experiments;

/// <summary>
/// Reads a project that attributes answers to their contexts. Only the training stage gets the estimator's training settings, and only the attribution stage
/// the kind of sources that answers are attributed to.
/// </summary>
/// <param name="project">The project.</param>
internal sealed class ContextAttributionReader(ProjectInputs project) : ExperimentReader(project)
{
    private const string Item = ProjectItemNames.ContextDataset;

    protected override string Kind => ExperimentKinds.ContextAttribution;

    protected override IEnumerable<PlannedStage> Stages()
    {
        Reject(ExperimentKinds.DataSelection, ProjectItemNames.TrainDataset, ProjectItemNames.EvalDataset, ProjectItemNames.AttributionMethod,
            ProjectItemNames.SelectionMethod, ProjectItemNames.GroundTruth);
        if (Properties.Text("Seeds") is not null)
            Problems.Add(new(ErrorCodes.ValueInvalid, "Seeds belongs to the selection of training data; context attribution has one seed. Set Seed.",
                "Seeds"));
        var (baselines, datasets) = (Baselines(), Datasets());
        string[] names = [.. datasets.Select(d => d.Name)];
        // The rest of a dataset's settings after Generate has read its rows.
        ContextDatasetSettings[] generated = [.. datasets.Select(d =>
            new ContextDatasetSettings { Name = d.Name, Thoughts = d.Thoughts, HeldOut = d.HeldOut })];

        yield return new(ModelStage<GenerateSettings>(StageNames.Generate) with { Datasets = [.. datasets.Select(d => d with { HeldOut = null })] },
            [.. datasets.SelectMany(d => Paths.Files(d.Path!)), .. ModelFiles]);
        yield return new(Ablation<FeaturesAndOutputsSettings>(StageNames.FeaturesAndOutputs, generated), ModelFiles);
        yield return new(Settings<TrainEstimatorSettings>(StageNames.TrainEstimator) with { Datasets = names });
        yield return new(Ablation<AttributeHeldOutSettings>(StageNames.AttributeHeldOut, generated) with { Methods = [EstimatorNames.At2, .. baselines] },
            ModelFiles);
        yield return new(Settings<CollectContextMetricsSettings>(StageNames.CollectMetrics));
    }

    private T Ablation<T>(string stage, ContextDatasetSettings[] datasets)
        where T : AblationSettings => ModelStage<T>(stage) with { Datasets = datasets };

    private IReadOnlyList<string> Baselines()
    {
        var (baselines, known) = (Project.Includes(ProjectItemNames.Baseline), ContextBaselineNames.Default);
        foreach (var baseline in baselines.Where(b => !known.Contains(b) && ContextBaselineNames.Ablations(b) is null))
            Problems.Add(new(ErrorCodes.UnknownBaseline,
                $"There is no baseline '{baseline}'. Use {string.Join(", ", known)}, or surrogate_N with another number of ablations.",
                ProjectItemNames.Baseline, baseline));
        return baselines.Length > 0 ? baselines : known;
    }

    private List<ContextDatasetSettings> Datasets()
    {
        var items = Project.Items(Item);
        if (items.Count == 0)
            Problems.Add(new(ErrorCodes.NoContextDataset,
                "There is no dataset of questions with contexts. Add <ContextDataset Include=\"data/questions.jsonl\" /> to an ItemGroup of the project."));
        var datasets = items.Select(item =>
        {
            // The common metadata is checked as for any other dataset.
            var common = Dataset(Item, item);
            var ofThoughts = item.Text("Thoughts") is not { } thoughts ? false
                : Properties.Truth($"Thoughts of {Item} {item.Include}", thoughts, Item, item.Include);
            if (ofThoughts == true && item.Text("TruthColumn") is not null)
                Problems.Add(new(ErrorCodes.ValueInvalid,
                    $"{Item} {item.Include} has Thoughts and a TruthColumn. The column names texts of the context, and answers are attributed to thoughts, "
                        + "which only the model knows. Leave one of them out.", Item, item.Include));
            return new ContextDatasetSettings
            {
                Name = common.Name,
                Path = common.Path,
                Filter = common.Filter,
                Take = common.Take,
                Seed = common.Seed,
                Recipe = common.Recipe,
                ContextColumn = item.Text("ContextColumn"),
                QueryColumn = item.Text("QueryColumn"),
                AnswerColumn = item.Text("AnswerColumn"),
                TruthColumn = item.Text("TruthColumn"),
                Thoughts = ofThoughts ?? true,
                HeldOut = HeldOut(item),
            };
        }).ToList();
        foreach (var item in items.Where(item => item.Text("Recipe") is not null))
            RequireFile(Item, item, Paths.Written(item.Include), "");
        CheckNames(Item, datasets.Select(d => (d.Name, d.Path!)));
        foreach (var taken in datasets.Where(d => d.Name.Equals("estimator", StringComparison.OrdinalIgnoreCase)))
            Problems.Add(new(ErrorCodes.DatasetNameTaken,
                $"{Item} {taken.Path} cannot be named 'estimator', because that is where the estimator lies. Give it another Name=\"...\".", Item, taken.Path));
        return datasets;
    }

    private double? HeldOut(ProjectItem item) =>
        item.Text("HeldOut") is { } own ? Properties.Number($"HeldOut of {Item} {item.Include}", own, new(0, 1), Item, item.Include)
        : Properties.Text("HeldOut") is { } common ? Properties.Number("HeldOut", common, new(0, 1))
        : new ContextDatasetSettings { Name = "" }.HeldOut;
}
