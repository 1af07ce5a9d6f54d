using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data;
using Attribution.Diagnostics;
using Attribution.Pipeline;
using Attribution.Selection;

namespace Attribution.Worker.Checks;

/// <summary>
/// Checks that the datasets have the rows, controls, columns and prompts that the experiment reads. The output of a recipe is known only after it ran.
/// </summary>
/// <param name="attempt">Runs a check and keeps its problem.</param>
internal sealed class DatasetChecks(Action<Action> attempt)
{
    private readonly Dictionary<string, DatasetLook> _looks = [];

    /// <summary>Whether a dataset may hold conversations that are not tokenized.</summary>
    public bool HasMessages { get; private set; }

    /// <summary>Opens every dataset and every prompt file.</summary>
    public void Look(ImportDatasetsSettings settings)
    {
        var all = settings.Train.Concat(settings.Eval).ToArray();
        var looks = new Lazy<DatasetLook>[all.Length];
        Parallel.For(0, all.Length, i => looks[i] = all[i].Recipe is null ? Tried(() => DatasetLook.At(all[i])) : null!);
        foreach (var (dataset, look) in all.Zip(looks))
        {
            if (dataset.Recipe is null)
                attempt(() => _looks[dataset.Name] = look.Value);
            else
                HasMessages = true;
            if (dataset.Prompts is { Length: > 0 } prompts && !(dataset.Recipe is not null && prompts == DatasetSettings.PromptsOfRecipe))
                attempt(() => PromptFile.Read(prompts));
        }
        HasMessages |= _looks.Values.Any(look => look.HasMessages) || settings.Eval.Any(dataset => dataset.Prompts is not null);
    }

    /// <summary>Checks that every row has the control that a method reads.</summary>
    public void RequireControls(ComputeAttributionSettings settings)
    {
        if (settings.Controls is not null)
            return;
        string[] evalMethods = settings.EvalControls ? [.. settings.EvalMethods, ComputeAttributionStage.ControlMethod] : settings.EvalMethods;
        foreach (var (names, methods) in new[] { (settings.Train, settings.TrainMethods), (settings.Eval, evalMethods) })
            if (methods.FirstOrDefault(AttributionMethodNames.ReadingControls.Contains) is { } method)
                foreach (var name in names.Where(_looks.ContainsKey))
                    attempt(() => RequireControls(name, _looks[name], method));
    }

    /// <summary>Checks that there are at least k rows to select from.</summary>
    public void RequireRows(SelectTrainingDataSettings settings)
    {
        if (TopKRule.MostOf(settings) is var most and > 0)
            foreach (var train in settings.Train)
                if (_looks.GetValueOrDefault(train.Name)?.Rows is { } rows)
                    attempt(() => TopK.Check(most, rows));
    }

    /// <summary>Checks that the dataset has the columns that mark planted rows.</summary>
    public void RequirePlantedColumns(SelectTrainingDataSettings settings)
    {
        foreach (var train in settings.Train)
            if (train.PlantedColumn is { } column && _looks.GetValueOrDefault(train.Name) is { Columns: { } columns } look && !columns.Contains(column))
                attempt(() => throw new AttributionException(ErrorCodes.DatasetColumnMissing,
                    $"PlantedColumn of '{train.Name}' is '{column}', and no row has such a column. Its columns are: "
                        + $"{string.Join(", ", columns.Order(StringComparer.Ordinal))}.")
                { File = look.Path, Property = "PlantedColumn" });
    }

    // What it found or threw is had from the value, in the order of the datasets.
    private static Lazy<DatasetLook> Tried(Func<DatasetLook> look)
    {
        var tried = new Lazy<DatasetLook>(look);
        try
        {
            _ = tried.Value;
        }
        catch (AttributionException)
        {
            // Kept.
        }
        return tried;
    }

    private static void RequireControls(string name, DatasetLook look, string method)
    {
        if (look.Facts is { WithoutControl: > 0 } facts)
            throw ComputeAttributionStage.ControlMissing(name, facts, method, look.Path);
        if (look is { Facts: null, HasControl: false })
            throw ComputeAttributionStage.ControlMissing(name, new DatasetFacts(look.Rows ?? 0, look.Rows ?? 0, 0), method, look.Path);
    }
}
