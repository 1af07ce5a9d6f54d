using System.Text.RegularExpressions;
using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Diagnostics;

namespace Attribution.Sdk.Experiments;

/// <summary>
/// Makes the settings of each stage from a project's properties and items, and reports all errors in them at once. A stage gets exactly what it reads, so that
/// nothing else can make it run again.
/// </summary>
/// <param name="project">The project.</param>
internal abstract partial class ExperimentReader(ProjectInputs project)
{
    /// <summary>The errors, after <see cref="Read()"/> has run.</summary>
    public ProblemList Problems { get; } = [];

    protected ProjectInputs Project => project;

    protected ProjectPaths Paths => project.Paths;

    protected PropertyReader Properties => field ??= new(project.Properties, Problems);

    /// <summary>The properties that the build itself reads.</summary>
    protected BuildSettings Build => field ??= Properties.Read<BuildSettings>();

    /// <summary>Creates the reader for the project's kind of experiment; that of data selection if there is no such kind.</summary>
    public static ExperimentReader Of(ProjectInputs project) =>
        project.Properties.GetValueOrDefault("ExperimentKind")?.Trim() == ExperimentKinds.ContextAttribution
            ? new ContextAttributionReader(project) : new DataSelectionReader(project);

    /// <summary>The stages in the order in which they run; valid only if there are no <see cref="Problems"/>.</summary>
    public IReadOnlyList<PlannedStage> Read()
    {
        _ = Build;
        _ = Variant();
        if (!Build.Wait && Properties.Text("Executor") != ExecutorNames.Slurm)
            Problems.Add(new(ErrorCodes.ValueInvalid, "Wait is false, and only a Slurm cluster can go on without this build. Set Executor to "
                + "slurm, or leave Wait out.", "Wait"));
        return
        [
            .. Stages(),
            new(Settings<VerifySnapshotSettings>(StageNames.VerifySnapshot) with { Snapshots = SnapshotFolder(Build.Variant) }),
            new(Settings<ReportSettings>(StageNames.Report) with { Command = project.Command }, Files(project.Worker, "Attribution.Reporting.dll")),
        ];
    }

    /// <summary>The folder of a variant's snapshot.</summary>
    public static string SnapshotFolder(string? variant) => FolderOf("snapshots", variant);

    /// <summary>The kind's own stages.</summary>
    protected abstract IEnumerable<PlannedStage> Stages();

    /// <summary>The kind's name, one of <see cref="ExperimentKinds"/>.</summary>
    protected abstract string Kind { get; }

    /// <summary>The settings of a stage: those that every stage has, and those from properties.</summary>
    protected T Settings<T>(string stage)
        where T : StageSettings => Properties.Read<T>() with
        {
            Stage = stage,
            Experiment = project.Name,
            Store = Paths.Short(Build.AttributionStore!),
            State = project.State.Replace('\\', '/').TrimEnd('/'),
            Out = FolderOf("out", Build.Variant),
            Upstream = [.. ExperimentStage.Of(Kind).Single(s => s.Name == stage).Upstream.Where(name =>
                Has(ExperimentStage.Of(Kind).Single(s => s.Name == name)))],
        };

    /// <summary>Whether the project needs a stage that not every project has.</summary>
    protected bool Has(ExperimentStage stage) => stage.OnlyWith is not var (item, include) || project.Includes(item).Contains(include);

    /// <summary>The settings of a stage that runs the model.</summary>
    protected T ModelStage<T>(string stage)
        where T : ModelSettings => Settings<T>(stage) with { Model = BaseModel(), ChatTemplate = ChatTemplate(), Execution = Execution() };

    /// <summary>Where and how a model runs; null where the project leaves it to the worker.</summary>
    protected ExecutionSettings? Execution()
    {
        var execution = Properties.Read<ExecutionSettings>();
        if (DeviceList.ProblemOf(execution) is { } problem)
            Problems.Add(new(ErrorCodes.ValueInvalid, problem, nameof(ExecutionSettings.Devices)));
        // A value that cannot be is an error whoever executes.
        var slurm = Properties.Read<SlurmSettings>();
        if (execution.Executor == ExecutorNames.Slurm)
            return execution with { Slurm = slurm };
        return execution == new ExecutionSettings() ? null : execution;
    }

    /// <summary>The files of the base model, if it is a folder, and of a chat template that replaces its own.</summary>
    protected IEnumerable<string> ModelFiles =>
        [.. FilesOfModel(BaseModel()), .. ChatTemplate() is { } template && File.Exists(Paths.Full(template)) ? [Paths.Full(template)] : Array.Empty<string>()];

    /// <summary>The files in a model's folder, including named chat templates.</summary>
    protected IEnumerable<string> FilesOfModel(string folder) => [.. Files(folder), .. Files(Path.Combine(folder, "additional_chat_templates"), "*.jinja")];

    /// <summary>The files in a folder of the project; none if the folder does not exist.</summary>
    protected IEnumerable<string> Files(string folder, string pattern = "*", SearchOption depth = SearchOption.TopDirectoryOnly) =>
        Directory.Exists(Paths.Full(folder)) ? Directory.EnumerateFiles(Paths.Full(folder), pattern, depth).Order(StringComparer.Ordinal) : [];

    /// <summary>Adds a problem if the project has items that belong to another kind of experiment.</summary>
    protected void Reject(string kind, params string[] items)
    {
        foreach (var item in items.Where(item => project.Items(item).Count > 0))
            Problems.Add(new(ErrorCodes.WrongKind, $"{item} items belong to another kind of experiment: set "
                + $"<ExperimentKind>{kind}</ExperimentKind>, or remove them.", item));
    }

    /// <summary>The settings that every dataset has.</summary>
    protected DatasetSettings Dataset(string kind, ProjectItem item)
    {
        var path = Paths.Written(item.Include);
        var dataset = new DatasetSettings
        {
            Name = item.Text("Name") ?? NameOf(path),
            Path = path,
            Filter = item.Text("Filter"),
            Take = Properties.Whole($"Take of {kind} {item.Include}", item.Text("Take"), 1, long.MaxValue, kind, item.Include),
            Seed = Properties.Whole($"Seed of {kind} {item.Include}", item.Text("Seed"), 0, long.MaxValue, kind, item.Include),
            Recipe = item.Text("Recipe"),
        };
        if (dataset.Name.StartsWith('.') || !dataset.Name.All(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_'))
            Problems.Add(new(ErrorCodes.ValueInvalid,
                $"'{dataset.Name}' cannot name the results of {kind} {item.Include}. Give it a Name of letters, digits, '.', '-' and '_'.", kind,
                item.Include));
        // A recipe may get its rows from elsewhere.
        if (dataset.Recipe is null)
            RequireFile(kind, item, path, "");
        return dataset;
    }

    /// <summary>Adds a problem for each name that two datasets have.</summary>
    protected void CheckNames(string kind, IEnumerable<(string Name, string Path)> datasets)
    {
        foreach (var twice in datasets.GroupBy(d => d.Name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
            Problems.Add(new(ErrorCodes.DatasetNameTaken,
                $"Two {kind} items are named '{twice.Key}': {string.Join(" and ", twice.Select(d => d.Path))}. Give one of them another Name=\"...\".", kind,
                    twice.Last().Path));
    }

    /// <summary>Adds a problem if a file that an item names does not exist.</summary>
    protected void RequireFile(string kind, ProjectItem item, string path, string part)
    {
        if (Paths.Files(path).Count == 0)
            Problems.Add(new(ErrorCodes.DatasetMissing,
                $"{part}{kind} {item.Include} does not exist: there is no {Paths.Full(path)}. Correct the path; it is relative to the project.", kind,
                item.Include));
    }

    private static string FolderOf(string folder, string? variant) => string.IsNullOrEmpty(variant) ? folder : $"{folder}/{variant}";

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
        if (Build.Variant is { } variant && !variant.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            Problems.Add(new(ErrorCodes.ValueInvalid, $"Variant is '{variant}', and folders are called so. Use letters, digits, '-' and '_'.",
                "Variant"));
        return Build.Variant;
    }

    private string BaseModel()
    {
        if (Properties.Text("BaseModel") is not { } model)
        {
            Problems.Add(new(ErrorCodes.PropertyMissing,
                "BaseModel is not set. Set <BaseModel>FOLDER</BaseModel>, the folder of a model, or a Hugging Face id such as "
                + "meta-llama/Llama-3.1-8B-Instruct.", "BaseModel"));
            return "";
        }
        if (Directory.Exists(Paths.Full(model)))
            return Paths.Written(model);
        if (!HubId().IsMatch(model))
            Problems.Add(new(ErrorCodes.ModelMissing,
                $"BaseModel '{model}' is no Hugging Face id such as meta-llama/Llama-3.1-8B-Instruct, and there is no folder {Paths.Full(model)}. Correct "
                + $"the path; it is relative to the project.", "BaseModel"));
        return model;
    }

    // The worker knows the names of the built-in templates; a value that is a file here means the file.
    private string? ChatTemplate() =>
        Properties.Text("ChatTemplate") is { } template && File.Exists(Paths.Full(template)) ? Paths.Written(template) : Properties.Text("ChatTemplate");

    [GeneratedRegex(@"^[\w.-]+/[\w.-]+(@[\w./-]+)?$")]
    private static partial Regex HubId();
}
