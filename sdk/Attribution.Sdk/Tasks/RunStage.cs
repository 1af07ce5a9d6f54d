using Attribution.Contracts;
using Attribution.Diagnostics;
using Attribution.Sdk.Stages;
using Microsoft.Build.Framework;

namespace Attribution.Sdk.Tasks;

/// <summary>Runs one stage in the worker and updates its stamp.</summary>
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

    /// <summary>The variant of the experiment; empty for none.</summary>
    public string Variant { get; set; } = "";

    /// <summary>Whether to accept the metrics as the snapshot; read only by VerifySnapshot.</summary>
    public bool AcceptSnapshot { get; set; }

    /// <summary>Whether the build was asked not to wait, which only whole experiments can.</summary>
    public bool Submits { get; set; }

    /// <summary>True after the task has run: MSBuild does not run it for a stage that is up to date.</summary>
    [Output]
    public bool Ran { get; private set; }

    private protected override string Doing => Stage;

    /// <inheritdoc/>
    public override bool Execute()
    {
        Ran = true;
        if (Submits)
        {
            Log.LogError(null, ErrorCodes.ValueInvalid, null, ProjectFile, 0, 0, 0, 0,
                "Wait is false, which submits the whole experiment: leave -t out, or let the build wait for {0}.", Stage);
            return false;
        }
        var files = new StageFiles(ProjectDirectory, StateFolder, ExperimentKind, Library, Variant);
        var before = Result(files);
        IEnumerable<string> accept = AcceptSnapshot && Stage == StageNames.VerifySnapshot ? ["--accept-snapshot"] : [];
        if (!Run(["run-stage", Stage, "--request", $"{StateFolder}{Stage}.request.json", "--stop-with-stdin", "--verbose", .. accept]))
        {
            // Nothing of this build runs after it, and another build that waits may continue. Behind a snapshot that differs come the report and the results.
            if (Stage != StageNames.VerifySnapshot)
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

    /// <summary>Sets the stamp's time to that of the stage's newest output, whatever the clock of the store's disk.</summary>
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
