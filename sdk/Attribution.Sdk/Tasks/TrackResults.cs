using Microsoft.Build.Framework;

namespace Attribution.Sdk.Tasks;

/// <summary>Has the worker tell a tracker of the results. Whatever becomes of that, the build goes on.</summary>
public sealed class TrackResults : WorkerTask
{
    /// <summary>Written after each try, to tell a build that made new results from one that did not.</summary>
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
        // A build that is up to date starts no worker, unless something has not arrived yet.
        if (!isNew && !(Directory.Exists(waiting) && Directory.EnumerateDirectories(waiting).Any()))
            return true;
        if (!Run("track", "--requests", StateFolder.TrimEnd('/')))
            return false;
        Directory.CreateDirectory(Path.GetDirectoryName(stamp)!);
        File.WriteAllText(stamp, "");
        return true;
    }
}
