using System.Collections;
using System.Security.Cryptography;
using System.Text;
using Attribution.Contracts;
using Attribution.Diagnostics;
using Attribution.Sdk.Experiments;
using Attribution.Sdk.Stages;
using Attribution.Sdk.Terminal;
using Microsoft.Build.Framework;

namespace Attribution.Sdk.Tasks;

/// <summary>
/// Checks the project and writes <c>S.request.json</c> of every stage S, but only if its content changes: the file's time is the time of the change.
/// </summary>
public sealed class WriteStageRequests : Microsoft.Build.Utilities.Task, IIncrementalTask, ICancelableTask
{
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(200);

    private readonly ManualResetEventSlim _canceled = new();

    /// <summary>The experiment's project file.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary>The folder of the stages' state, relative to the project.</summary>
    [Required]
    public string StateFolder { get; set; } = "";

    /// <summary>The folder for the requests; the state folder unless the build only explains.</summary>
    [Required]
    public string RequestFolder { get; set; } = "";

    /// <summary>Every property of an experiment, with its value as metadata <c>Value</c>.</summary>
    [Required]
    public ITaskItem[] Settings { get; set; } = [];

    /// <summary>The project's items of that name.</summary>
    public ITaskItem[] TrainDatasets { get; set; } = [];

    /// <summary>The project's items of that name.</summary>
    public ITaskItem[] EvalDatasets { get; set; } = [];

    /// <summary>The project's items of that name.</summary>
    public ITaskItem[] ContextDatasets { get; set; } = [];

    /// <summary>The project's items of that name.</summary>
    public ITaskItem[] AttributionMethods { get; set; } = [];

    /// <summary>The project's items of that name.</summary>
    public ITaskItem[] SelectionMethods { get; set; } = [];

    /// <summary>The project's items of that name.</summary>
    public ITaskItem[] Baselines { get; set; } = [];

    /// <summary>The project's items of that name.</summary>
    public ITaskItem[] GroundTruths { get; set; } = [];

    /// <summary>The compiled source files.</summary>
    public ITaskItem[] SourceFiles { get; set; } = [];

    /// <summary>The folder whose source files belong to the build, not to the experiment.</summary>
    public string GeneratedFolder { get; set; } = "";

    /// <summary>The assembly compiled from <see cref="SourceFiles"/>.</summary>
    public string PluginAssembly { get; set; } = "";

    /// <summary>The worker's program; the judging prompts of the built-in traits are beside it.</summary>
    [Required]
    public string Worker { get; set; } = "";

    /// <summary>Set by <c>-question</c>: a file that would be written is an error.</summary>
    public bool FailIfNotIncremental { get; set; }

    /// <summary>The environment, whose variables MSBuild treats as properties.</summary>
    internal IDictionary EnvironmentVariables { get; init; } = Environment.GetEnvironmentVariables();

    /// <inheritdoc/>
    public override bool Execute()
    {
        var directory = Path.GetDirectoryName(ProjectFile)!;
        var paths = new ProjectPaths(directory);
        var project = new ProjectFile(ProjectFile);
        var settings = Settings.ToDictionary(s => s.ItemSpec, s => s.GetMetadata("Value"), StringComparer.OrdinalIgnoreCase);
        var globals = (BuildEngine as IBuildEngine6)?.GetGlobalProperties() ?? new Dictionary<string, string>();

        var command = BuildCommand.Of(ProjectFile, globals, settings.Keys);
        // A build that only asks writes nothing; an explanation has its own folder.
        if (!FailIfNotIncremental && RequestFolder == StateFolder && !TakeTurn(Path.Combine(directory, StateFolder), command))
            return false;
        var reader = ExperimentReader.Of(new ProjectInputs
        {
            Name = Path.GetFileNameWithoutExtension(ProjectFile),
            Paths = paths,
            Properties = settings,
            Items = Items,
            State = StateFolder,
            Command = command,
            Worker = Path.GetDirectoryName(Worker)!,
            Plugin = Plugin(paths),
        });
        var stages = reader.Read();
        foreach (var problem in new Spelling(settings.Keys).Check(project,
            globals.Keys).Concat(FromEnvironment(settings, project, globals)).Concat(reader.Problems))
            Report(problem, project);
        if (Log.HasLoggedErrors)
            return false;

        var folder = new StageFolder(Path.Combine(directory, RequestFolder));
        foreach (var (request, files) in stages)
        {
            Write(folder.Request(request.Stage), StageRequestJson.Write(request));
            if (files is not null)
                Write(folder.Inputs(request.Stage), OutsideFiles.Describe(files, paths));
            else
                File.Delete(folder.Inputs(request.Stage));
        }
        // Removes requests of a project that had another kind before; explaining explains whatever requests exist.
        foreach (var stage in ExperimentStage.All.Select(stage => stage.Name).Except(stages.Select(stage => stage.Settings.Stage)))
            File.Delete(folder.Request(stage));
        return !Log.HasLoggedErrors;
    }

    /// <inheritdoc/>
    public void Cancel() => _canceled.Set();

    /// <summary>Waits until no other build uses the folder, and keeps others from it until this build has ended.</summary>
    private bool TakeTurn(string folder, string command)
    {
        for (string? told = null; ; _canceled.Wait(LockPause))
        {
            if (_canceled.IsSet)
                return false;
            if (BuildLock.TryTake(folder, command, out var holder, out var isThisProcess) is { } taken)
            {
                var engine = BuildEngine as IBuildEngine4;
                engine?.RegisterTaskObject((typeof(BuildLock), folder), taken, RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
                if (engine?.GetRegisteredTaskObject((typeof(BuildLock), folder), RegisteredTaskObjectLifetime.Build) is null)
                    taken.Dispose();
                return true;
            }
            if (isThisProcess)
            {
                Log.LogError(null, ErrorCodes.BuiltTwice, null, ProjectFile, 0, 0, 0, 0,
                    "This build already builds {0} with other properties ({1}), and both would use {2}. Build one after the other, or give each a Variant.",
                    Path.GetFileName(ProjectFile), holder, StateFolder);
                return false;
            }
            if (told != holder)
                BuildEngine.Say($"{Path.GetFileNameWithoutExtension(ProjectFile)}: waits for another build that uses {StateFolder}: {told = holder}");
        }
    }

    private void Write(string file, string text)
    {
        if (StageFolder.Says(file, text))
            return;
        if (FailIfNotIncremental)
            Log.LogError(null, ErrorCodes.NotUpToDate, null, ProjectFile, 0, 0, 0, 0, "{0} is not up to date; `-t:Explain` says what would run.",
                Path.GetFileName(file));
        else
            StageFolder.Write(file, text);
    }

    private PluginSettings? Plugin(ProjectPaths paths)
    {
        var generated = paths.Full(GeneratedFolder);
        if (!SourceFiles.Any(f => !paths.Full(f.ItemSpec).StartsWith(generated, StringComparison.Ordinal)) || !File.Exists(paths.Full(PluginAssembly)))
            return null;
        var assembly = paths.Full(PluginAssembly);
        // The assemblies beside it count too: the compiler leaves the experiment's own as it is if only the code of a method of theirs has changed.
        string[] others = [.. Directory.EnumerateFiles(Path.GetDirectoryName(assembly)!, "*.dll").Where(file => file != assembly)
            .Order(StringComparer.Ordinal).Select(file => $"{Path.GetFileName(file)} {HashOf(file)}\n")];
        return new PluginSettings(paths.Short(PluginAssembly), others.Length == 0 ? HashOf(assembly)
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(HashOf(assembly) + "\n" + string.Concat(others)))));

        static string HashOf(string path)
        {
            using var file = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(file));
        }
    }

    /// <summary>MSBuild treats every environment variable as a property, so a stray SEED or DEVICE would set the SDK's property.</summary>
    private IEnumerable<Problem> FromEnvironment(Dictionary<string, string> settings, ProjectFile project, IReadOnlyDictionary<string, string> globals)
    {
        foreach (DictionaryEntry variable in EnvironmentVariables)
            if (variable is { Key: string name, Value: string value } && settings.TryGetValue(name, out var setting) && setting == value && value.Length > 0
                && !globals.Keys.Contains(name, StringComparer.OrdinalIgnoreCase) && !project.Properties.Contains(name, StringComparer.OrdinalIgnoreCase))
                yield return new(ErrorCodes.FromEnvironment,
                    $"{name} is '{value}' because the environment has a variable of this name. Set it in the project, or unset the "
                    + $"variable.")
                { IsWarning = true };
    }

    private void Report(Problem problem, ProjectFile project)
    {
        var line = problem.Name is null ? 0 : project.LineOf(problem.Name, problem.Value);
        if (problem.IsWarning)
            Log.LogWarning(null, problem.Code, null, project.Path, line, 0, 0, 0, "{0}", problem.Text);
        else
            Log.LogError(null, problem.Code, null, project.Path, line, 0, 0, 0, "{0}", problem.Text);
    }

    private IReadOnlyList<ProjectItem> Items(string name) => [.. (name switch
    {
        ProjectItemNames.TrainDataset => TrainDatasets,
        ProjectItemNames.EvalDataset => EvalDatasets,
        ProjectItemNames.ContextDataset => ContextDatasets,
        ProjectItemNames.AttributionMethod => AttributionMethods,
        ProjectItemNames.SelectionMethod => SelectionMethods,
        ProjectItemNames.Baseline => Baselines,
        ProjectItemNames.GroundTruth => GroundTruths,
        _ => throw new ArgumentException($"There is no item {name}.", nameof(name)),
    }).Select(item => new ProjectItem(item.ItemSpec, item.GetMetadata))];
}
