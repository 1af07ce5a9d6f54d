using Attribution.Contracts;
using Attribution.Sdk.Experiments;
using Attribution.Sdk.Stages;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Attribution.Sdk.Tasks;

/// <summary>
/// Lists the files that decide whether a stage is up to date (<see cref="StageFiles"/>), as the inputs of its target. MSBuild compares their times with the
/// stamp's, which misses a file that changed but is older: after the clock went back, or when an older version of the SDK was installed. So a stage whose
/// files are not those that its stamp describes gets one more input, which is never there.
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
        var files = new StageFiles(ProjectDirectory, StateFolder, ExperimentKind, Library, Variant);
        Files = [.. files.Stages.SelectMany(stage => Of(files, stage).Select(file => Item(file, stage.Name)))];
        return true;
    }

    private IEnumerable<string> Of(StageFiles files, ExperimentStage stage)
    {
        foreach (var file in files.Of(stage))
            yield return file;
        if (!files.AreUpToDate(stage, AcceptSnapshot))
            yield return files.Folder.Stamp(stage.Name) + ".never";
    }

    private static TaskItem Item(string file, string stage)
    {
        // The constructor of TaskItem expects escaped text.
        var item = new TaskItem { ItemSpec = file };
        item.SetMetadata("Stage", stage);
        return item;
    }
}
