namespace Attribution.Sdk.Stages;

/// <summary>
/// The lock on writing an experiment's requests and running its stages: one build at a time has it, from its first request to its last stage. It is released
/// when the process that holds it ends.
/// </summary>
internal sealed class BuildLock : IDisposable
{
    private static readonly Dictionary<string, BuildLock> Held = [];
    private static readonly Lock Turn = new();

    private readonly string _folder;
    private readonly string _build;
    private readonly FileStream _file;

    private BuildLock(string folder, string build, FileStream file) => (_folder, _build, _file) = (folder, build, file);

    /// <summary>Takes the lock of a folder, if it is free.</summary>
    /// <param name="folder">The folder of the stages' state.</param>
    /// <param name="build">The build: the project with its properties.</param>
    /// <param name="holder">The holder: a process and what it builds; null if this build has the lock.</param>
    /// <param name="isThisProcess">Whether the holder is a build with other properties in this process, which it is impossible to wait for.</param>
    /// <returns>The lock, new or already taken by this build; null if another build has it.</returns>
    public static BuildLock? TryTake(string folder, string build, out string? holder, out bool isThisProcess)
    {
        folder = Path.GetFullPath(folder);
        lock (Turn)
        {
            (holder, isThisProcess) = (null, false);
            if (Held.TryGetValue(folder, out var own))
            {
                (holder, isThisProcess) = own._build == build ? (null, false) : (own._build, true);
                return holder is null ? own : null;
            }
            Directory.CreateDirectory(folder);
            try
            {
                var taken = new BuildLock(folder, build, new FileStream(PathOf(folder), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1));
                StageFolder.Write(OwnerOf(folder), $"process {Environment.ProcessId} on {Environment.MachineName}: {build}");
                return Held[folder] = taken;
            }
            catch (IOException) when (File.Exists(PathOf(folder)))
            {
                holder = Owner(folder);
                return null;
            }
        }
    }

    /// <summary>Releases a folder, if this process has its lock: the build has failed or is done with it.</summary>
    public static void Release(string folder)
    {
        lock (Turn)
            if (Held.TryGetValue(Path.GetFullPath(folder), out var own))
                own.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (Turn)
        {
            if (Held.GetValueOrDefault(_folder) == this)
                Held.Remove(_folder);
            _file.Dispose();
        }
    }

    private static string PathOf(string folder) => Path.Combine(folder, "build.lock");

    private static string OwnerOf(string folder) => Path.Combine(folder, "build.owner");

    private static string Owner(string folder)
    {
        try
        {
            return File.ReadAllText(OwnerOf(folder));
        }
        catch (IOException)
        {
            return "another process";
        }
    }
}
