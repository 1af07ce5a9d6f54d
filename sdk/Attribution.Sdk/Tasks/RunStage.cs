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

    /// <summary>Whether to take the metrics as the snapshot; VerifySnapshot alone reads it.</summary>
    public bool AcceptSnapshot { get; set; }

    /// <summary>Whether the build was asked not to wait, which only whole experiments can.</summary>
    public bool Submits { get; set; }

    /// <summary>True once the task has run: MSBuild does not call it for a stage that is up to date.</summary>
    [Output]
    public bool Ran { get; private set; }

    private protected override string Doing => Stage;

    /// <inheritdoc/>
    public override bool Execute()
    {
        Ran = true;
        if (Submits)
        {
            Log.LogError(null, ProjectErrorCodes.ValueInvalid, null, ProjectFile, 0, 0, 0, 0,
                "Wait is false, which submits the whole experiment: leave -t out, or let the build wait for {0}.", Stage);
            return false;
        }
        var folder = new StageFolder(Path.Combine(ProjectDirectory, StateFolder));
        IEnumerable<string> accept = AcceptSnapshot && Stage == StageNames.VerifySnapshot ? ["--accept-snapshot"] : [];
        if (!Run(["run-stage", Stage, "--request", $"{StateFolder}{Stage}.request.json", "--stop-with-stdin", "--verbose", .. accept]))
        {
            // Nothing of this build runs after it; one that waits within the same build may.
            BuildLock.Release(Path.Combine(ProjectDirectory, StateFolder));
            return false;
        }
        SayDone();
        Stamp(folder);
        return true;
    }

    /// <summary>The stamp is as new as what the stage made, whatever the clock of the disk that holds the store.</summary>
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
