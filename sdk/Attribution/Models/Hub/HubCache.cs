using Attribution.Diagnostics;

namespace Attribution.Models.Hub;

/// <summary>
/// The local hub cache in the layout of Hugging Face's own tools (huggingface.co/docs/huggingface_hub/guides/manage-cache), so that both
/// share what either fetched:
/// <code>
/// models--org--name/refs/main                     the commit of a branch or tag
/// models--org--name/blobs/{hash}                  contents, {hash}.incomplete while they come
/// models--org--name/snapshots/{commit}/{path}     links to the blobs
/// models--org--name/.no_exist/{commit}/{path}     files known not to exist
/// .locks/models--org--name/{hash}.lock            held while a blob is fetched
/// </code>
/// </summary>
internal sealed class HubCache(string folder)
{
    private static readonly TimeSpan LockPolling = TimeSpan.FromMilliseconds(100);

    public string Folder { get; } = folder;

    public string Blob(HubRepository repository, string hash) => Path.Combine(Folder, repository.CacheFolder, "blobs", hash);

    public string Snapshot(HubRepository repository, string commit) => Path.Combine(Folder, repository.CacheFolder, "snapshots", commit);

    /// <summary>The commit that a revision named last; null if the cache does not know.</summary>
    public string? FindCommit(HubRepository repository)
    {
        if (HubRepository.IsCommit(repository.Revision))
            return repository.Revision;
        var reference = Reference(repository);
        return File.Exists(reference) && File.ReadAllText(reference).Trim() is var commit && HubRepository.IsCommit(commit) ? commit : null;
    }

    public bool IsKnownAbsent(HubRepository repository, string commit, string path) => File.Exists(Absence(repository, commit, path));

    /// <summary>Records that a commit has no such file, so that the hub need not be asked again.</summary>
    public void MarkAbsent(HubRepository repository, string commit, string path) => Guard(() =>
    {
        var marker = Absence(repository, commit, path);
        Directory.CreateDirectory(Path.GetDirectoryName(marker)!);
        File.WriteAllBytes(marker, []);
    });

    /// <summary>Records the commit that a branch or tag names.</summary>
    public void WriteCommit(HubRepository repository, string commit) => Guard(() =>
    {
        if (FindCommit(repository) == commit)
            return;
        var reference = Reference(repository);
        Directory.CreateDirectory(Path.GetDirectoryName(reference)!);
        var temporary = $"{reference}.{Guid.NewGuid():N}.tmp";
        File.WriteAllText(temporary, commit);
        File.Move(temporary, reference, overwrite: true);
    });

    /// <summary>Links an existing blob under its path in a commit's snapshot.</summary>
    public void Link(HubRepository repository, string commit, HubFile file) => Guard(() =>
    {
        var link = Path.Combine(Snapshot(repository, commit), file.Path);
        var parent = Path.GetDirectoryName(link)!;
        var target = Path.GetRelativePath(parent, Blob(repository, file.Hash));
        Directory.CreateDirectory(parent);
        if (new FileInfo(link).LinkTarget == target)
            return;
        var temporary = $"{link}.{Guid.NewGuid():N}.tmp";
        File.CreateSymbolicLink(temporary, target);
        File.Move(temporary, link, overwrite: true);
    });

    /// <summary>Waits for the lock on a blob, across processes. The system releases the lock of a process that dies.</summary>
    public async Task<IDisposable> LockAsync(HubRepository repository, string hash, CancellationToken cancel)
    {
        var path = Path.Combine(Folder, ".locks", repository.CacheFolder, hash + ".lock");
        Guard(() => Directory.CreateDirectory(Path.GetDirectoryName(path)!));
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            }
            catch (IOException e) when (IsHeldByAnother(e))
            {
                await Task.Delay(LockPolling, cancel).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw CannotWrite(e);
            }
        }
    }

    /// <summary>Runs a step that writes to the cache.</summary>
    /// <exception cref="AttributionException">ATTR1128: the disk is full or the folder not writable.</exception>
    public void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(e);
        }
    }

    /// <summary>Throws if the cache's disk has no room for this many bytes.</summary>
    public void CheckRoom(long bytes)
    {
        Guard(() => Directory.CreateDirectory(Folder));
        var free = new DriveInfo(Folder).AvailableFreeSpace;
        if (bytes > free)
            throw Full($"{Gigabytes(bytes)} are to be fetched, but its disk has {Gigabytes(free)} left", null);
    }

    private AttributionException CannotWrite(Exception e) =>
        // ENOSPC, EDQUOT, and their Windows counterpart.
        e is IOException { HResult: 28 or 122 or unchecked((int)0x80070070) }
            ? Full("its disk is full", e)
            : new(ErrorCodes.HubCache, $"The hub cache cannot be written: {e.Message.TrimEnd('.')}. Make it writable or set HF_HUB_CACHE to another folder.",
                e)
            { File = Folder, Property = "HF_HUB_CACHE" };

    private AttributionException Full(string what, Exception? inner) =>
        new(ErrorCodes.HubCache, $"The hub cache has no room: {what}. Free some, or set HF_HUB_CACHE to a folder on a larger disk.", inner)
        {
            File = Folder,
            Property = "HF_HUB_CACHE"
        };

    // EWOULDBLOCK on Linux and macOS; a sharing violation on Windows.
    private static bool IsHeldByAnother(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020);

    private string Reference(HubRepository repository) => Path.Combine(Folder, repository.CacheFolder, "refs", repository.Revision);

    private string Absence(HubRepository repository, string commit, string path) => Path.Combine(Folder, repository.CacheFolder, ".no_exist", commit, path);

    private static string Gigabytes(long bytes) => $"{bytes / 1e9:0.00} GB";
}
