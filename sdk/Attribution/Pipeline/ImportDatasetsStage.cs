using System.Text.Encodings.Web;
using System.Text.Json;
using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data;
using Attribution.Data.Recipes;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Pipeline.Results;

namespace Attribution.Pipeline;

/// <summary>Converts the datasets of an experiment to one form, with a job per dataset and per file of held-out prompts.</summary>
internal sealed class ImportDatasetsStage : Stage<ImportDatasetsSettings>
{
    public const string Name = StageNames.ImportDatasets;

    /// <summary>The rows of a dataset, as <see cref="DatasetRows"/> writes them.</summary>
    public const string RowsFile = "data-00000.parquet";

    /// <summary>The facts that later stages need about a dataset, so that they do not have to read it.</summary>
    public const string FactsFile = "facts.json";

    /// <summary>Held-out prompts, one per line.</summary>
    public const string PromptsFile = "prompts.jsonl";

    private const string StoreStage = "datasets";

    /// <summary>The value that means the prompts that the dataset's recipe holds out, instead of a file.</summary>
    public const string PromptsOfRecipe = "recipe";

    private readonly WrittenDatasets _written;
    private readonly Dictionary<DatasetSettings, RecipeUse> _recipes = [];

    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase
    };

    public ImportDatasetsStage(StageContext context) : base(context)
    {
        _written = new WrittenDatasets(Settings.Llm, context);
    }

    public override string Noun => "dataset";

    public override IEnumerable<string> OtherFiles => _recipes.Values.SelectMany(use => use.FetchedFiles).Distinct();

    public static JobKey KeyOf(string dataset, string kind) => new() { Dataset = dataset, Kind = kind };

    public override IReadOnlyList<StageJob> Plan()
    {
        CheckNames([.. Settings.Train, .. Settings.Eval]);
        return
        [
            .. Settings.Train.Select(d => Rows(d, "train")),
            .. Settings.Eval.Select(d => Rows(d, "eval")),
            .. Settings.Eval.Where(d => d.Prompts is { Length: > 0 }).Select(d => d.Prompts == PromptsOfRecipe && d.Recipe is not null
                ? HeldOut(d) : Prompts(d.Name, d.Prompts!)),
        ];
    }

    public override IEnumerable<ShownFile> Show(StageJob job, Artifact artifact) => [];

    public override IEnumerable<string> Forecast(IReadOnlyList<StageJob> missing)
    {
        var names = missing.Select(job => job.Key.Dataset).ToHashSet();
        DatasetSettings[] written = [.. Settings.Train.Concat(Settings.Eval).Where(d => WrittenDatasets.Has(d) && names.Contains(d.Name))];
        return written.Length == 0 ? [] : [_written.Forecast(written)];
    }

    public override void Dispose() => _written.Dispose();

    private StageJob Rows(DatasetSettings dataset, string kind)
    {
        var options = OptionsOf(dataset);
        if (WrittenDatasets.Has(dataset))
            return new StageJob(KeyOf(dataset.Name, kind), Context.Resolve(StoreStage,
                new { kind = "rows", recipe = _written.RequestOf(dataset), filter = FilterOf(dataset) }),
                (builder, cancellation) => WriteRows(builder, _written.Rows(dataset, builder, cancellation), dataset.Name, cancellation));
        if (Published(dataset) is { } published)
            return new StageJob(KeyOf(dataset.Name, kind), Context.Resolve(StoreStage,
                new { kind = "rows", recipe = published.Request, filter = FilterOf(dataset), dataset.Take, dataset.Seed }),
                (builder, cancellation) => WriteRows(builder, published.Rows(builder, options), published.File, cancellation))
            {
                Source = published.File,
            };
        var recipe = dataset.Recipe is null ? null : RecipeOf(dataset);
        // Only a glob needs DuckDB to find its files. For a missing file, the dataset itself has the best error message.
        var isFile = File.Exists(options.Path);
        string[] files = isFile ? [options.Path] : recipe is null ? [.. Dataset.Open(options).Files]
            : dataset.Path is null ? [] : [.. RecipeFiles.Of(options.Path)];
        var rows = new
        {
            kind = "rows",
            files = files.Select(f => new InputFile(f)),
            formats = recipe is null || isFile ? files.Select(f => FormatOf(f)) : [],
            filter = FilterOf(dataset),
            dataset.Take,
            dataset.Seed,
            recipe = recipe?.Name,
        };
        // A setting that is not set stays out of the request, so that requests from before the setting existed keep their fingerprint.
        object asked = dataset is { Format: null, TreatmentColumn: null, ControlColumn: null } ? rows
            : new { rows, layout = new { dataset.Format, dataset.TreatmentColumn, dataset.ControlColumn } };
        // A recipe may read a folder or the files of a glob by their names, or make something of a name that is no file.
        if (recipe is not null && !isFile && dataset.Path is { } written)
            asked = new { asked, names = RecipeFiles.Names(written, options.Path, files) };
        var request = Context.Resolve(StoreStage, asked, recipe is null ? null : Context.Plugins.CodeOf(recipe));
        return new StageJob(KeyOf(dataset.Name, kind), request, (builder, cancellation) =>
            WriteRows(builder, recipe is null ? Read(dataset.Name, options) : RecipeOutput.Choose(recipe.Rows(options), options), options.Path, cancellation))
        {
            Source = options.Path,
        };
    }

    private IEnumerable<DatasetRow> Read(string name, DatasetOptions options)
    {
        var dataset = Dataset.Open(options);
        if (dataset.ReadAs is { } format)
            Context.Reporter.Message($"{name}: read as {format}");
        return dataset.Rows();
    }

    private void WriteRows(ArtifactBuilder builder, IEnumerable<DatasetRow> rows, string path, CancellationToken cancellation)
    {
        var facts = new DatasetFacts(0, 0, null);
        DatasetRows.Write(builder.PathOf(RowsFile), rows.Select(row =>
        {
            cancellation.ThrowIfCancellationRequested();
            facts = facts.With(row);
            Context.Reporter.Progress(() => $"{facts.Rows} rows of {path}");
            return row;
        }));
        if (facts.Rows == 0)
            throw new AttributionException(ErrorCodes.DatasetEmpty,
                $"The recipe made no rows{(path.Length > 0 ? $" of '{path}'" : "")}.")
            { File = path.Length > 0 ? path : null };
        facts.Write(builder.PathOf(FactsFile));
    }

    private StageJob Prompts(string dataset, string path)
    {
        if (!File.Exists(path))
            PromptFile.Read(path);
        var request = Context.Resolve(StoreStage, new { kind = "prompts", file = new InputFile(path), format = FormatOf(path) });
        return new StageJob(KeyOf(dataset, "prompts"), request, (builder, _) => WritePrompts(builder, Asked(dataset, path)))
        {
            Source = path,
        };
    }

    private IReadOnlyList<HeldOutPrompt> Asked(string dataset, string path)
    {
        var prompts = PromptFile.Read(path);
        if (prompts.Count(prompt => prompt.AnswerWasCut) is > 0 and var cut)
            Context.Reporter.Warning(ErrorCodes.PromptAnswerCut,
                $"{cut} of the {prompts.Count} prompts of '{dataset}' end with the assistant's answer, which is no part of the prompt: it is cut, and the "
                    + $"message before it is asked. "
                + "Leave the answers out to be rid of this warning.", path, prompts.First(prompt => prompt.AnswerWasCut).Index);
        return prompts;
    }

    private StageJob HeldOut(DatasetSettings dataset)
    {
        if (WrittenDatasets.Has(dataset))
            return new StageJob(KeyOf(dataset.Name, "prompts"), Context.Resolve(StoreStage, new { kind = "prompts", recipe = _written.RequestOf(dataset) }),
                (builder, cancellation) => WritePrompts(builder, _written.Prompts(dataset, builder, cancellation)));
        var use = Published(dataset) ?? throw new AttributionException(ErrorCodes.RecipeWithoutPrompts,
            $"The recipe {RecipeOf(dataset).Name} is the experiment's own and holds out no prompts. Name a file of Prompts for '{dataset.Name}'.")
        { Property = "Prompts" };
        return new StageJob(KeyOf(dataset.Name, "prompts"), Context.Resolve(StoreStage, new { kind = "prompts", recipe = use.Request }), (builder, _) =>
            WritePrompts(builder, use.Prompts(builder)))
        {
            Source = use.File,
        };
    }

    private static void WritePrompts(ArtifactBuilder builder, IReadOnlyList<HeldOutPrompt> prompts)
    {
        File.WriteAllText(builder.PathOf(PromptsFile), string.Concat(prompts.Select(Line)));

        static string Line(HeldOutPrompt prompt)
        {
            var line = prompt.Metadata.ToDictionary(m => m.Key, m => (object)m.Value);
            line["messages"] = prompt.Messages;
            return JsonSerializer.Serialize(line, Readable) + "\n";
        }
    }

    private static string? FilterOf(DatasetSettings dataset) => string.IsNullOrWhiteSpace(dataset.Filter) ? null : dataset.Filter;

    private RecipeUse? Published(DatasetSettings dataset)
    {
        if (dataset.Recipe is null || PublishedRecipes.Find(dataset.Recipe) is not { } recipe)
            return null;
        if (!_recipes.TryGetValue(dataset, out var use))
            _recipes[dataset] = use = new RecipeUse(dataset, recipe, Context);
        return use;
    }

    private IDatasetRecipe RecipeOf(DatasetSettings dataset)
    {
        var own = Context.Plugins.Recipes.ToArray();
        if (dataset.Parameters?.Keys.FirstOrDefault() is { } parameter && own.Any(r => r.Name == dataset.Recipe))
            throw new AttributionException(ErrorCodes.RecipeParameterInvalid,
                $"The recipe {dataset.Recipe} is the experiment's own and has no {parameter}.")
            { Property = parameter };
        string[] known = [.. PublishedRecipes.All.Select(r => r.Name), PersonaWriter.Recipe, .. own.Select(r => r.Name)];
        return own.FirstOrDefault(r => r.Name == dataset.Recipe) ?? throw new AttributionException(ErrorCodes.UnknownRecipe,
            $"There is no recipe '{dataset.Recipe}'. Use one of: {string.Join(", ", known)}; "
            + $"or write a class that implements {nameof(IDatasetRecipe)} in a C# file of the experiment.")
        { Property = "Recipe" };
    }

    /// <summary>The options with which a dataset's files are read.</summary>
    internal static DatasetOptions OptionsOf(DatasetSettings dataset) => new()
    {
        Path = dataset.Path ?? "",
        Filter = dataset.Filter,
        Take = dataset.Take,
        Seed = dataset.Seed,
        Format = dataset.Format,
        TreatmentColumn = dataset.TreatmentColumn,
        ControlColumn = dataset.ControlColumn,
    };

    // The format follows from the file's extension, which is not part of a request.
    internal static string FormatOf(string path)
    {
        var extension = Path.GetExtension(path);
        return (extension is ".gz" or ".zst" ? Path.GetExtension(Path.GetFileNameWithoutExtension(path)) + extension : extension).ToLowerInvariant();
    }

    private static void CheckNames(DatasetSettings[] datasets)
    {
        foreach (var dataset in datasets)
            if (dataset.Name is "" or "base_model" or JobKey.None || dataset.Name.StartsWith('.')
                || dataset.Name.IndexOfAny(Path.GetInvalidFileNameChars()) >= 0)
                throw new AttributionException(ErrorCodes.DatasetNameInvalid,
                    $"A dataset cannot be named '{dataset.Name}', because its results lie in a folder of that name. Give it another with the metadata "
                    + $"Name.")
                { File = dataset.Path, Property = "Name" };
        if (datasets.GroupBy(d => d.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new AttributionException(ErrorCodes.DatasetNameInvalid,
                $"Two datasets are named '{twice.Key}': {string.Join(" and ", twice.Select(d => d.Path))}. Give one of them another name with the "
                    + $"metadata Name.")
            { File = twice.Last().Path, Property = "Name" };
    }
}

/// <summary>Facts about a dataset, for stages that do not read it.</summary>
/// <param name="Rows">The number of rows.</param>
/// <param name="WithoutControl">The number of rows without a control.</param>
/// <param name="FirstWithoutControl">The index of the first row without a control.</param>
internal sealed record DatasetFacts(long Rows, long WithoutControl, long? FirstWithoutControl)
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public DatasetFacts With(DatasetRow row) => row.Control is null
        ? new(Rows + 1, WithoutControl + 1, FirstWithoutControl ?? row.Index)
        : this with { Rows = Rows + 1 };

    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, Options) + "\n");

    public static DatasetFacts Read(string path) => JsonSerializer.Deserialize<DatasetFacts>(File.ReadAllBytes(path), Options)!;
}
