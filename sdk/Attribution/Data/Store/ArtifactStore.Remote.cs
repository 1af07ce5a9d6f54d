using Attribution.Data.Store.Remote;
using Attribution.Diagnostics;

namespace Attribution.Data.Store;

// What is not here may be elsewhere.
internal sealed partial class ArtifactStore
{
    private volatile bool _remoteFailed;
    private int _fetched;

    /// <summary>Where a result is looked for before it is computed; null for nowhere. It is closed with the store.</summary>
    public IRemoteStore? Remote { get; set; }

    /// <summary>How many results came from there.</summary>
    internal int FetchedCount => _fetched;

    /// <summary>A result that is here and whole, or can be had from the remote store; else null.</summary>
    /// <exception cref="AttributionException">As <see cref="GetOrCreate"/>.</exception>
    public Artifact? TryGetOrFetch(StageRequest request, CancellationToken cancellation)
    {
        var found = TryGet(request);
        if (found is not null || Remote is null || _remoteFailed)
            return found;
        using var held = Guarded(() =>
        {
            Prepare(cancellation);
            return StoreLock.TryAcquire(LockOf(request), Files);
        });
        if (held is null)
            return null;
        return Here(request) ?? Fetch(request, cancellation);
    }

    /// <summary>Takes an artifact from a remote store; null if it has none, or if another process is at it.</summary>
    /// <exception cref="RemoteDamageException">It is damaged there.</exception>
    /// <exception cref="IOException">A store failed.</exception>
    internal Manifest? Take(IRemoteStore remote, RemoteArtifact artifact, CancellationToken cancellation)
    {
        using var held = StoreLock.Acquire(Layout.LockFile(artifact.Stage, artifact.Fingerprint), Files, static () => { }, cancellation);
        var destination = Layout.ArtifactFolder(artifact.Stage, artifact.Fingerprint);
        if (Directory.Exists(destination) && Manifest.Read(destination, out _) is { } known)
            return known;
        var temporary = Layout.NewTemporary(artifact.Stage, artifact.Fingerprint, Files.Node);
        Directory.CreateDirectory(temporary);
        try
        {
            if (RemoteDownload.Take(remote, artifact, temporary, cancellation) is not { } manifest)
                return null;
            ArtifactWriter.Place(temporary, destination);
            Interlocked.Increment(ref _fetched);
            return manifest;
        }
        finally
        {
            Discard(temporary);
        }
    }

    // Under the lock. A remote store that fails, or has something else there, costs computing and no more.
    private Artifact? Fetch(StageRequest request, CancellationToken cancellation)
    {
        if (Remote is not { } remote || _remoteFailed)
            return null;
        var artifact = new RemoteArtifact(request.Stage, request.Fingerprint);
        var temporary = Layout.NewTemporary(request.Stage, request.Fingerprint, Files.Node);
        Guarded(() => Directory.CreateDirectory(temporary));
        try
        {
            if (RemoteDownload.Take(remote, artifact, temporary, cancellation) is not { } manifest)
                return null;
            Guarded(() => ArtifactWriter.Place(temporary, FolderOf(request)));
            Interlocked.Increment(ref _fetched);
            _notify(new StoreEvent(StoreEventKind.Fetched, null, $"{request.Stage}/{request.Fingerprint.Short} came from {remote.Name}."));
            return new Artifact(request.Stage, request.Fingerprint, FolderOf(request), manifest.Outputs, Produced: false);
        }
        catch (RemoteDamageException e)
        {
            Warn(ErrorCodes.RemoteDamaged, $"{remote.Name}/{request.Stage}/{request.Fingerprint.Short} is damaged: {e.Message}. It was not taken; it is "
                + "computed here.");
            return null;
        }
        catch (IOException e) when (StoreFailure.FindFull(e) is null)
        {
            _remoteFailed = true;
            Warn(ErrorCodes.RemoteFailed, $"{remote.Name} cannot be read: {e.Message} What is missing is computed here.");
            return null;
        }
        catch (IOException e)
        {
            throw StoreFailure.Full(Root, e);
        }
        finally
        {
            Discard(temporary);
        }
    }
}
