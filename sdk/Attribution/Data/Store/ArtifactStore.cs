using System.Diagnostics;
using Attribution.Diagnostics;

namespace Attribution.Data.Store;

/// <summary>A store of stage results. Each result has its own folder <c>stage/fingerprint</c>, is computed once, and is reused from then on.</summary>
/// <remarks>
/// Any number of processes and threads, also on several machines, may use one folder at the same time. A result is written under a temporary name, flushed to
/// the disk and renamed, so that no half-written result is ever visible, whenever a process is killed. A lock per fingerprint makes a second process wait for
/// the first instead of doing the same work; the operating system releases the lock when its holder dies. A result is verified when it is read; a damaged one
/// is moved to <c>damaged/</c> and computed again. A read-only store can be read.
/// </remarks>
internal sealed partial class ArtifactStore : IDisposable
{
    internal const string DamagedFolder = "damaged";

    private readonly Action<StoreEvent> _notify;
    private readonly bool _ownsHasher;
    private readonly Lock _gate = new();
    private StoreUse? _inUse;
    private bool _mayNotWrite;
    private bool _prepared;
    private int _computed;

    /// <summary>Opens a store. Nothing is read or written yet.</summary>
    /// <param name="root">The store's folder, which is created with the first result.</param>
    /// <param name="hasher">Hashes files and remembers the hashes; if null, the store remembers them in its own file.</param>
    /// <param name="notify">Called when the store waits or finds damage, on any thread that uses the store.</param>
    /// <param name="files">The file system; null for this machine's.</param>
    public ArtifactStore(string root, FileHasher? hasher = null, Action<StoreEvent>? notify = null, StoreFiles? files = null)
    {
        Files = files ?? StoreFiles.OfThisMachine;
        Layout = new StoreLayout(Path.GetFullPath(root));
        _ownsHasher = hasher is null;
        Hasher = hasher ?? new FileHasher(Layout.Hashes);
        _notify = notify ?? (static _ => { });
    }

    /// <summary>The store's folder.</summary>
    public string Root => Layout.Root;

    /// <summary>Hashes files for this store and for requests to it.</summary>
    public FileHasher Hasher { get; }

    /// <summary>Told of each unit that is computed here; null where nobody wants to know.</summary>
    public IUnitLog? Units { get; set; }

    /// <summary>When other processes began to help with this one's run, in UTC: results that are younger belong to the run. Null where nobody helps.</summary>
    public DateTime? SharedSince { get; set; }

    internal StoreLayout Layout { get; }

    internal StoreFiles Files { get; }

    /// <summary>The number of results that this instance computed.</summary>
    internal int ComputedCount => _computed;

    /// <summary>Whether a result exists, as far as names and sizes tell. Changes nothing.</summary>
    /// <exception cref="AttributionException">ATTR1812: the store cannot be read.</exception>
    public bool Contains(StageRequest request) => Find(request) is not null;

    /// <summary>Whether a result has a folder, in which it may be damaged. Reads no file, and changes nothing.</summary>
    internal bool IsThere(StageRequest request) => Files.FolderExists(FolderOf(request));

    /// <summary>The result if it exists, as far as names and sizes tell; else null. Changes nothing, not even its time of last use.</summary>
    /// <exception cref="AttributionException">ATTR1812: the store cannot be read.</exception>
    public Artifact? Find(StageRequest request) => Read(request, ArtifactReader.Depth.Sizes, out _);

    /// <summary>The result if it exists and is intact; else null. A damaged one is set aside.</summary>
    /// <exception cref="AttributionException">ATTR1812: the store cannot be read.</exception>
    public Artifact? TryGet(StageRequest request)
    {
        if (!Files.FolderExists(FolderOf(request)))
            return null;
        EnterUse(CancellationToken.None);
        var found = Read(request, ArtifactReader.Depth.Touched, out var damage);
        if (damage is not null)
            Guarded(() => SetAside(request.Stage, request.Fingerprint, ArtifactReader.Depth.Touched));
        return found;
    }

    /// <summary>The result from the store, or computed if it is not there.</summary>
    /// <param name="request">The request.</param>
    /// <param name="produce">Computes the result by writing its files to the builder's folder. If it throws, nothing is stored.</param>
    /// <param name="cancellation">Cancels the wait for another process that computes the same result.</param>
    /// <exception cref="AttributionException">ATTR1802: the disk is full. ATTR1803: the store is read-only. ATTR1810: an output is invalid. ATTR1812: the file
    /// system failed.</exception>
    public Artifact GetOrCreate(StageRequest request, Action<ArtifactBuilder> produce, CancellationToken cancellation = default)
    {
        if (TryGet(request) is { } found)
            return found;
        using var held = Guarded(() =>
        {
            Prepare(cancellation);
            return StoreLock.Acquire(LockOf(request), Files, () => _notify(new StoreEvent(StoreEventKind.Waiting, null,
                $"{request.Stage}/{request.Fingerprint.Short} is being computed by another process; waiting for it.")), cancellation);
        });
        return TakeOrProduce(request, produce, cancellation);
    }

    /// <summary>Like <see cref="GetOrCreate"/>, but returns null if another process is computing the result.</summary>
    internal Artifact? GetOrCreateUnlessHeld(StageRequest request, Action<ArtifactBuilder> produce, CancellationToken cancellation)
    {
        using var held = Guarded(() =>
        {
            Prepare(cancellation);
            return StoreLock.TryAcquire(LockOf(request), Files);
        });
        return held is null ? null : TakeOrProduce(request, produce, cancellation);
    }

    /// <summary>Releases the store, so that it can be collected, and saves the hashes that were computed.</summary>
    public void Dispose()
    {
        _inUse?.Dispose();
        Remote?.Dispose();
        if (_ownsHasher)
            Hasher.Dispose();
    }

    /// <summary>Moves a damaged artifact out of the way and reports it, unless another process has done so or is about to.</summary>
    /// <returns>The damage; null if the artifact is intact.</returns>
    internal string? SetAside(string stage, ContentHash fingerprint, ArtifactReader.Depth depth)
    {
        try
        {
            using var held = StoreLock.TryAcquire(Layout.LockFile(stage, fingerprint), Files);
            return held is null ? null : SetAsideHeld(stage, fingerprint, depth);
        }
        catch (Exception e) when (StoreFailure.IsReadOnly(e) || StoreFailure.IsFull(e))
        {
            ArtifactReader.Read(Layout.ArtifactFolder(stage, fingerprint), stage, fingerprint, Hasher, depth, out var damage);
            Warn(stage, fingerprint, damage, $"The store cannot be written ({e.Message}), so it stays where it is.");
            return damage;
        }
    }

    private string? SetAsideHeld(string stage, ContentHash fingerprint, ArtifactReader.Depth depth)
    {
        var folder = Layout.ArtifactFolder(stage, fingerprint);
        if (!Directory.Exists(folder) || ArtifactReader.Read(folder, stage, fingerprint, Hasher, depth, out var damage) is not null)
            return null;
        var destination = Layout.NewDamaged(stage, fingerprint);
        Directory.CreateDirectory(Layout.Damaged);
        Directory.Move(folder, destination);
        Warn(stage, fingerprint, damage, $"It was moved to {Path.GetRelativePath(Root, destination)} and is computed again when it is needed.");
        return damage;
    }

    internal void Warn(string code, string message) => _notify(new StoreEvent(StoreEventKind.Damaged, code, message));

    private void Warn(string stage, ContentHash fingerprint, string? damage, string consequence)
        => _notify(new StoreEvent(StoreEventKind.Damaged, ErrorCodes.StoreDamaged,
            $"The artifact {stage}/{fingerprint.Short} is damaged: {damage}. {consequence}"));

    // Under the lock. That it was not there a moment ago may be an old answer, so it is asked anew.
    private Artifact? Here(StageRequest request)
    {
        if (!Files.FolderExists(FolderOf(request)) && !FoundAnew(request))
            return null;
        // The previous holder of the lock may have finished the result; one that was damaged a moment ago is set aside now, under the lock.
        if (Read(request, ArtifactReader.Depth.Touched, out _) is { } found)
            return found;
        Guarded(() => SetAsideHeld(request.Stage, request.Fingerprint, ArtifactReader.Depth.Touched));
        return null;
    }

    private Artifact TakeOrProduce(StageRequest request, Action<ArtifactBuilder> produce, CancellationToken cancellation)
    {
        if ((Here(request) ?? Fetch(request, cancellation)) is { } found)
            return found;
        var temporary = Layout.NewTemporary(request.Stage, request.Fingerprint, Files.Node);
        Guarded(() => Directory.CreateDirectory(temporary));
        try
        {
            var builder = new ArtifactBuilder(temporary, request);
            var clock = Stopwatch.StartNew();
            produce(builder);
            var made = Guarded(() => ArtifactWriter.Publish(builder, FolderOf(request), clock.Elapsed));
            Interlocked.Increment(ref _computed);
            return made;
        }
        catch (Exception e) when (e is not AttributionException && StoreFailure.FindFull(e) is { } full)
        {
            throw StoreFailure.Full(Root, full);
        }
        catch (AttributionException) when (Read(request, ArtifactReader.Depth.Sizes, out _) is { } theirs)
        {
            // Without locks another process may have been first.
            return theirs;
        }
        finally
        {
            Discard(temporary);
        }
    }

    private Artifact? Read(StageRequest request, ArtifactReader.Depth depth, out string? damage)
    {
        damage = null;
        var folder = FolderOf(request);
        if (!Files.FolderExists(folder))
            return null;
        try
        {
            var manifest = ArtifactReader.Read(folder, request.Stage, request.Fingerprint, Hasher, depth, out damage);
            if (manifest is null)
                return null;
            if (depth != ArtifactReader.Depth.Sizes)
                MarkUsed(folder);
            return new Artifact(request.Stage, request.Fingerprint, folder, manifest.Outputs, Produced: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or AttributionException)
        {
            // Another process set it aside while it was read here.
            if (!Directory.Exists(folder))
                return null;
            throw new AttributionException(ErrorCodes.StoreFailed, $"The artifact {request.Stage}/{request.Fingerprint.Short} cannot be read: {e.Message}",
                e)
            { File = folder };
        }
    }

    private bool FoundAnew(StageRequest request)
    {
        Guarded(() => Files.Refresh(Layout.StageFolder(request.Stage)));
        return Files.FolderExists(FolderOf(request));
    }

    // The folder's modification time is the time of last use, which collection goes by.
    internal static void MarkUsed(string folder)
    {
        try
        {
            Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The store belongs to others, who decide what is kept.
        }
    }

    private void Guarded(Action action) => Guarded(() =>
    {
        action();
        return true;
    });

    private T Guarded<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.Of(Root, e);
        }
    }

    private string FolderOf(StageRequest request) => Layout.ArtifactFolder(request.Stage, request.Fingerprint);

    private string LockOf(StageRequest request) => Layout.LockFile(request.Stage, request.Fingerprint);
}
