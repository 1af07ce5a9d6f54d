using Attribution.Data.Store.Remote;
using Attribution.Diagnostics;

namespace Attribution.Data.Store;

// Results that another store has.
internal sealed partial class ArtifactStore
{
    private volatile bool _remoteFailed;
    private int _fetched;

    /// <summary>The store that is searched for a result before the result is computed; null for none. It is closed with this store.</summary>
    public IRemoteStore? Remote { get; set; }

    /// <summary>The number of results that came from the remote store.</summary>
    internal int FetchedCount => _fetched;

    /// <summary>A result that is in this store, or that the remote store has; null if there is none, or if another process holds its lock.</summary>
    /// <exception cref="AttributionException">See <see cref="GetOrCreate"/>.</exception>
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

    /// <summary>Copies an artifact from a remote store, unless it is here already; null if the remote store does not have it.</summary>
    /// <exception cref="RemoteDamageException">The artifact is damaged in the remote store.</exception>
    /// <exception cref="IOException">One of the stores failed.</exception>
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

    // Called under the lock. If the remote store fails, or its artifact is damaged or foreign, the result is computed.
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
            Warn(ErrorCodes.RemoteDamaged, $"{remote.Name}/{request.Stage}/{request.Fingerprint.Short} is damaged: {e.Message}. It was not used; the "
                + "result is computed here.");
            return null;
        }
        catch (IOException e) when (StoreFailure.FindFull(e) is null)
        {
            _remoteFailed = true;
            Warn(ErrorCodes.RemoteFailed, $"{remote.Name} cannot be read: {e.Message} Missing results are computed here.");
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
