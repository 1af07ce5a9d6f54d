using Microsoft.Build.Framework;

namespace Attribution.Sdk.Tasks;

/// <summary>Has the worker send the results to a tracker. The build goes on whether or not that succeeds.</summary>
public sealed class TrackResults : WorkerTask
{
    /// <summary>A file that is written after each try. It shows whether a build made new results.</summary>
    [Required]
    public string Stamp { get; set; } = "";

    /// <summary>The files that change with the results.</summary>
    public ITaskItem[] Results { get; set; } = [];

    private protected override string Doing => "Track";

    /// <inheritdoc/>
    public override bool Execute()
    {
        var (stamp, waiting) = (Path.Combine(ProjectDirectory, Stamp), Path.Combine(ProjectDirectory, StateFolder, "tracking"));
        var isNew = !File.Exists(stamp) || Results.Any(file =>
            File.GetLastWriteTimeUtc(Path.Combine(ProjectDirectory, file.ItemSpec)) > File.GetLastWriteTimeUtc(stamp));
        // A build that is up to date starts no worker, unless something is still waiting to be sent.
        if (!isNew && !(Directory.Exists(waiting) && Directory.EnumerateDirectories(waiting).Any()))
            return true;
        if (!Run("track", "--requests", StateFolder.TrimEnd('/')))
            return false;
        Directory.CreateDirectory(Path.GetDirectoryName(stamp)!);
        File.WriteAllText(stamp, "");
        return true;
    }
}
