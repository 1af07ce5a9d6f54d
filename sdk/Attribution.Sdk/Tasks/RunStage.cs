using Attribution.Contracts;
using Attribution.Sdk.Stages;
using Microsoft.Build.Framework;

namespace Attribution.Sdk.Tasks;

/// <summary>Runs one stage in the worker and stamps it.</summary>
public sealed class RunStage : WorkerTask
{
    /// <summary>The stage's name.</summary>
    [Required]
    public string Stage { get; set; } = "";

    /// <summary>Which stages the experiment has.</summary>
    public string ExperimentKind { get; set; } = "";

    /// <summary>The content hashes of the worker's assemblies.</summary>
    [Required]
    public string Library { get; set; } = "";

    /// <summary>The form of the experiment; empty for the one without a name.</summary>
    public string Variant { get; set; } = "";

    /// <summary>Whether to take the metrics as the snapshot; VerifySnapshot alone reads it.</summary>
    public bool AcceptSnapshot { get; set; }

    /// <summary>True once the task has run: MSBuild does not call it for a stage that is up to date.</summary>
    [Output]
    public bool Ran { get; private set; }

    private protected override string Doing => Stage;

    /// <inheritdoc/>
    public override bool Execute()
    {
        Ran = true;
        var files = new StageFiles(ProjectDirectory, StateFolder, ExperimentKind, Library, Variant);
        var before = Result(files);
        IEnumerable<string> accept = AcceptSnapshot && Stage == StageNames.VerifySnapshot ? ["--accept-snapshot"] : [];
        if (!Run(["run-stage", Stage, "--request", $"{StateFolder}{Stage}.request.json", "--stop-with-stdin", "--verbose", .. accept]))
        {
            // Nothing of this build runs after it; one that waits within the same build may.
            BuildLock.Release(Path.Combine(ProjectDirectory, StateFolder));
            return false;
        }
        SayDone();
        // Its time alone would not tell the stages that read it, had the clock gone back since they ran.
        if (Result(files) != before)
            foreach (var reader in files.Stages.Where(stage => stage.Upstream.Contains(Stage)))
                File.Delete(files.Folder.Stamp(reader.Name));
        Stamp(files);
        return true;
    }

    private string? Result(StageFiles files) => File.Exists(files.Folder.Result(Stage)) ? File.ReadAllText(files.Folder.Result(Stage)) : null;

    /// <summary>The stamp is as new as what the stage made, whatever the clock of the disk that holds the store.</summary>
    private void Stamp(StageFiles files)
    {
        var folder = files.Folder;
        var stamp = folder.Stamp(Stage);
        var time = DateTime.UtcNow;
        if (File.Exists(folder.Files(Stage)))
            foreach (var file in File.ReadLines(folder.Files(Stage)).Where(line => line.Length > 0).Select(line =>
                Path.Combine(ProjectDirectory, line)).Where(File.Exists))
                if (File.GetLastWriteTimeUtc(file) is var written && written > time)
                    time = written;
        StageFolder.Write(stamp, files.Describe(files.Stages.Single(stage => stage.Name == Stage)));
        File.SetLastWriteTimeUtc(stamp, time);
    }
}
