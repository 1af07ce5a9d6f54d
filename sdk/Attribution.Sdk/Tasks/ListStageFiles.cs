using Attribution.Contracts;
using Attribution.Sdk.Experiments;
using Attribution.Sdk.Stages;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Attribution.Sdk.Tasks;

/// <summary>
/// Lists the files that decide whether a stage is up to date: it is if each exists and none is newer than the stage's stamp. These are the files that the stage
/// reads (its request, the sizes and times of outside files, the results of the stages before it, the worker's code) and those that it made, so that a deleted
/// or changed artifact is noticed. The latter count as inputs, not as outputs, because an artifact from the store may be older than everything else.
/// </summary>
public sealed class ListStageFiles : Microsoft.Build.Utilities.Task
{
    /// <summary>The project's directory.</summary>
    [Required]
    public string ProjectDirectory { get; set; } = "";

    /// <summary>The folder of the stages' state, relative to the project.</summary>
    [Required]
    public string StateFolder { get; set; } = "";

    /// <summary>The kind of experiment, which decides its stages.</summary>
    public string ExperimentKind { get; set; } = "";

    /// <summary>The content hashes of the worker's assemblies.</summary>
    [Required]
    public string Library { get; set; } = "";

    /// <summary>The variant of the experiment; empty for none.</summary>
    public string Variant { get; set; } = "";

    /// <summary>Whether the snapshot is accepted, which runs its stage whatever the files.</summary>
    public bool AcceptSnapshot { get; set; }

    /// <summary>The files, each with the stage's name as metadata <c>Stage</c>; a file may be listed for several stages.</summary>
    [Output]
    public ITaskItem[] Files { get; private set; } = [];

    /// <inheritdoc/>
    public override bool Execute()
    {
        Files = [.. ExperimentStage.Of(ExperimentKind).Where(IsAsked).SelectMany(stage => Of(stage).Distinct().Select(file => Item(file, stage.Name)))];
        return true;
    }

    private StageFolder Folder => new(Path.Combine(ProjectDirectory, StateFolder));

    // A project without the item that a stage needs does not have the stage.
    private bool IsAsked(ExperimentStage stage) => stage.OnlyWith is null || File.Exists(Folder.Request(stage.Name));

    private IEnumerable<string> Of(ExperimentStage stage)
    {
        var folder = Folder;
        string[] before = [.. ExperimentStage.Of(ExperimentKind).Where(other => stage.Upstream.Contains(other.Name) && IsAsked(other)).Select(other =>
            other.Name)];
        yield return Library;
        yield return folder.Request(stage.Name);
        yield return folder.Result(stage.Name);
        yield return folder.Files(stage.Name);
        foreach (var upstream in before)
            yield return folder.Result(upstream);
        if (stage.Name == StageNames.Report)
            foreach (var file in before.Select(folder.Request).Append(folder.Verdict))
                yield return file;
        if (File.Exists(folder.Inputs(stage.Name)))
            yield return folder.Inputs(stage.Name);
        if (File.Exists(folder.Files(stage.Name)))
            foreach (var file in File.ReadLines(folder.Files(stage.Name)).Where(line => line.Length > 0))
                yield return Path.Combine(ProjectDirectory, file);

        if (stage.Name != StageNames.VerifySnapshot)
            yield break;
        // A snapshot that appeared from git or an editor; a deleted one is noticed by the stage's own files.
        var snapshots = Path.Combine(ProjectDirectory, ExperimentReader.SnapshotFolder(Variant));
        if (Directory.Exists(snapshots))
            foreach (var file in Directory.EnumerateFiles(snapshots, "*.json").Where(file => !file.EndsWith(".received.json", StringComparison.Ordinal)))
                yield return file;
        if (AcceptSnapshot)
            yield return folder.Stamp(stage.Name) + ".accept"; // never there
    }

    private static TaskItem Item(string file, string stage)
    {
        // The constructor of TaskItem expects escaped text.
        var item = new TaskItem { ItemSpec = file };
        item.SetMetadata("Stage", stage);
        return item;
    }
}
