using Attribution.Contracts;
using Attribution.Sdk.Experiments;

namespace Attribution.Sdk.Stages;

/// <summary>
/// The files that decide whether a stage is up to date: what it reads (its request, the sizes and times of outside files, the results of the stages
/// before it, the worker's code) and what it made, so that a deleted or changed artifact is noticed. What it made counts as an input, not as an output: an
/// artifact taken from the store may be older than everything.
/// </summary>
/// <param name="projectDirectory">The project's directory.</param>
/// <param name="stateFolder">Where stages keep their notes, relative to the project.</param>
/// <param name="experimentKind">Which stages the experiment has.</param>
/// <param name="library">The file with the content hashes of the worker's assemblies.</param>
/// <param name="variant">The form of the experiment; empty for the one without a name.</param>
internal sealed class StageFiles(string projectDirectory, string stateFolder, string experimentKind, string library, string variant)
{
    private readonly ProjectPaths _paths = new(projectDirectory);

    public StageFolder Folder { get; } = new(Path.Combine(projectDirectory, stateFolder));

    /// <summary>The stages that the experiment has: a project without the item that a stage is for does not ask for it.</summary>
    public IEnumerable<ExperimentStage> Stages =>
        ExperimentStage.Of(experimentKind).Where(stage => stage.OnlyWith is null || File.Exists(Folder.Request(stage.Name)));

    /// <summary>The stage's files, each once; a file may be missing.</summary>
    public IEnumerable<string> Of(ExperimentStage stage) => All(stage).Distinct();

    /// <summary>Whether the stage's files have the sizes and times that they had when it was stamped, and no snapshot is to be accepted by it.</summary>
    public bool AreUpToDate(ExperimentStage stage, bool acceptSnapshot) =>
        !(acceptSnapshot && stage.Name == StageNames.VerifySnapshot) && StageFolder.Says(Folder.Stamp(stage.Name), Describe(stage));

    /// <summary>The stage's files with sizes and times, as its stamp holds them.</summary>
    public string Describe(ExperimentStage stage) => OutsideFiles.Describe(Of(stage), _paths);

    private IEnumerable<string> All(ExperimentStage stage)
    {
        string[] before = [.. Stages.Where(other => stage.Upstream.Contains(other.Name)).Select(other => other.Name)];
        yield return library;
        yield return Folder.Request(stage.Name);
        yield return Folder.Result(stage.Name);
        yield return Folder.Files(stage.Name);
        foreach (var upstream in before)
            yield return Folder.Result(upstream);
        if (stage.Name == StageNames.Report)
            foreach (var file in before.Select(Folder.Request).Append(Folder.Verdict))
                yield return file;
        if (File.Exists(Folder.Inputs(stage.Name)))
            yield return Folder.Inputs(stage.Name);
        if (File.Exists(Folder.Files(stage.Name)))
            foreach (var file in File.ReadLines(Folder.Files(stage.Name)).Where(line => line.Length > 0))
                yield return Path.Combine(projectDirectory, file);

        if (stage.Name != StageNames.VerifySnapshot)
            yield break;
        // A snapshot that came by itself, from git or an editor; one that went is among the stage's own files.
        var snapshots = Path.Combine(projectDirectory, ExperimentReader.SnapshotFolder(variant));
        if (Directory.Exists(snapshots))
            foreach (var file in Directory.EnumerateFiles(snapshots, "*.json").Where(file => !file.EndsWith(".received.json", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal))
                yield return file;
    }
}
