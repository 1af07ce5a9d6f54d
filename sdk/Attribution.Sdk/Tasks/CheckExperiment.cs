using Attribution.Sdk.Stages;
using Microsoft.Build.Framework;

namespace Attribution.Sdk.Tasks;

/// <summary>Has the worker check an experiment before the first stage runs.</summary>
public sealed class CheckExperiment : WorkerTask
{
    /// <summary>A file that is written if nothing is wrong. The check is skipped until a request or an input changes.</summary>
    [Required]
    public string Stamp { get; set; } = "";

    private protected override string Doing => "Check";

    /// <inheritdoc/>
    public override bool Execute()
    {
        if (!Run("check", "--requests", StateFolder.TrimEnd('/')))
        {
            BuildLock.Release(Path.Combine(ProjectDirectory, StateFolder));
            return false;
        }
        var stamp = Path.Combine(ProjectDirectory, Stamp);
        StageFolder.Write(stamp, "");
        File.SetLastWriteTimeUtc(stamp, DateTime.UtcNow);
        return true;
    }
}
