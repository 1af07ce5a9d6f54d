using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Diagnostics;

namespace Attribution.Sdk.Experiments;

// The datasets and their items.
internal sealed partial class DataSelectionReader
{
    private void CheckPersonas()
    {
        var eval = Project.Items(EvalItem);
        if (_evalMethods.Contains(PersonaMethodNames.Generated))
            foreach (var item in eval.Where(item => item.Text("Trait") is null))
                Problems.Add(new(ErrorCodes.TraitMissing,
                    $"{PersonaMethodNames.Generated} switches a trait on and off, and EvalDataset {item.Include} has no Trait. Add Trait=\"...\".", EvalItem,
                    item.Include));
        if (!_evalMethods.Contains(PersonaMethodNames.FromFile))
            return;
        foreach (var item in eval)
            if (item.Text("PersonaVector") is not { } vector)
                Problems.Add(new(ErrorCodes.PropertyMissing,
                    $"{PersonaMethodNames.FromFile} reads the persona vector of EvalDataset {item.Include} from a file, and the item names none. Add "
                    + $"PersonaVector=\"...\".", EvalItem, item.Include));
            else
                RequireFile(EvalItem, item, Paths.Written(vector), "PersonaVector of ");
    }

    private List<ProjectDataset> Datasets(string kind)
    {
        var datasets = Project.Items(kind).Select(item => SelectionDataset(kind, item)).ToList();
        CheckNames(kind, datasets.Select(d => (d.Name, d.Rows.Path!)));
        return datasets;
    }

    private ProjectDataset SelectionDataset(string kind, ProjectItem item)
    {
        var parameters = Names.Of(typeof(RecipeParameterNames)).Where(name => item.Text(name) is not null).ToDictionary(name => name, name => item.Text(name)!);
        var dataset = new ProjectDataset(Dataset(kind, item) with
        {
            Format = Properties.Choice($"Format of {kind} {item.Include}", item.Text("Format"), typeof(DatasetFormatNames), kind, item.Include),
            TreatmentColumn = item.Text("TreatmentColumn"),
            ControlColumn = item.Text("ControlColumn"),
            Parameters = parameters.Count > 0 ? parameters : null,
            Trait = item.Text("Trait"),
            Prompts = item.Text("Prompts") is { } prompts ? OfRecipe(item, prompts) ? prompts : Paths.Written(prompts) : null,
        })
        {
            PlantedColumn = item.Text("PlantedColumn"),
            PersonaVector = item.Text("PersonaVector") is { } vector ? Paths.Written(vector) : null,
            Judge = item.Text("Judge") ?? Build.Judge,
        };
        Problems.AddRange(DatasetLayout.Contradictions(dataset.Rows, kind, item.Include));
        if (dataset.Rows.Recipe is null)
            foreach (var (name, value) in parameters)
                Problems.Add(new(ErrorCodes.ValueInvalid,
                    $"{kind} {item.Include} has {name}=\"{value}\", which only a recipe reads, and no Recipe. Add Recipe=\"...\" or remove it.", kind,
                    item.Include));
        if (dataset.Rows.Prompts is null)
            return dataset;
        if (dataset.PromptFile is { } file)
            RequireFile(kind, item, file, "Prompts of ");
        if (dataset.Rows.Trait is null)
            Problems.Add(new(ErrorCodes.TraitMissing,
                $"{kind} {item.Include} has Prompts, whose answers are judged, and no Trait to judge. Add Trait=\"...\".", kind, item.Include));
        else if (dataset.Judge == JudgeNames.Llm)
            return new JudgePromptFiles(Paths, Project.Worker).Find(dataset, item, Build.JudgePrompts, Problems);
        return dataset;
    }

    // Lines are counted here, only as far as needed, so that the mistake is an error at once. Rows of other files are known to the worker's check.
    private void CheckRows(SelectTrainingDataSettings selection)
    {
        var most = TopKRule.MostOf(selection);
        foreach (var rows in _train.Select(dataset => dataset.Rows).Where(rows => most > 0 && rows is { Recipe: null, Filter: null }))
            if (Paths.Files(rows.Path!) is [_, ..] files && files.All(JsonLines.Is) && LinesOf(files, most) is { } lines and > 0
                && TopKRule.ProblemOf(most, Math.Min(lines, rows.Take ?? lines)) is { } problem)
                Problems.Add(new(ErrorCodes.TopKInvalid, problem, "TopK"));
    }

    private static long? LinesOf(IReadOnlyList<string> files, long most)
    {
        try
        {
            return files.Aggregate(0L, (lines, file) => lines + JsonLines.Count(file, most - lines));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The import has an error with a code for it.
            return null;
        }
    }

    // A file may have that name too.
    private static bool OfRecipe(ProjectItem item, string prompts) => prompts == DatasetSettings.PromptsOfRecipe && item.Text("Recipe") is not null;
}
