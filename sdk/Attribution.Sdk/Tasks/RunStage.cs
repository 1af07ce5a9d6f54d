using Attribution.Contracts;
using Attribution.Sdk.Stages;
using Microsoft.Build.Framework;

namespace Attribution.Sdk.Tasks;

/// <summary>Runs one stage in the worker and updates its stamp.</summary>
public sealed class RunStage : WorkerTask
{
    /// <summary>The stage's name.</summary>
    [Required]
    public string Stage { get; set; } = "";

    /// <summary>Whether to accept the metrics as the snapshot; read only by VerifySnapshot.</summary>
    public bool AcceptSnapshot { get; set; }

    /// <summary>True after the task has run: MSBuild does not run it for a stage that is up to date.</summary>
    [Output]
    public bool Ran { get; private set; }

    private protected override string Doing => Stage;

    /// <inheritdoc/>
    public override bool Execute()
    {
        Ran = true;
        var folder = new StageFolder(Path.Combine(ProjectDirectory, StateFolder));
        IEnumerable<string> accept = AcceptSnapshot && Stage == StageNames.VerifySnapshot ? ["--accept-snapshot"] : [];
        if (!Run(["run-stage", Stage, "--request", $"{StateFolder}{Stage}.request.json", "--stop-with-stdin", "--verbose", .. accept]))
        {
            // Nothing of this build runs after it; another build that waits may continue.
            BuildLock.Release(Path.Combine(ProjectDirectory, StateFolder));
            return false;
        }
        SayDone();
        Stamp(folder);
        return true;
    }

    /// <summary>Sets the stamp's time to now, or to that of the stage's newest file if the clock of the store's disk is ahead.</summary>
    private void Stamp(StageFolder folder)
    {
        var stamp = folder.Stamp(Stage);
        var time = DateTime.UtcNow;
        if (File.Exists(folder.Files(Stage)))
            foreach (var file in File.ReadLines(folder.Files(Stage)).Where(line => line.Length > 0).Select(line =>
                Path.Combine(ProjectDirectory, line)).Where(File.Exists))
                if (File.GetLastWriteTimeUtc(file) is var written && written > time)
                    time = written;
        StageFolder.Write(stamp, "");
        File.SetLastWriteTimeUtc(stamp, time);
    }
}
