using Attribution.Diagnostics;

namespace Attribution.Data.Store.Remote;

/// <summary>Copies artifacts between a store and a remote store.</summary>
/// <param name="store">The local store.</param>
/// <param name="remote">The remote store.</param>
/// <param name="say">Receives a line for each damaged artifact in either store.</param>
internal sealed class RemoteTransfer(ArtifactStore store, IRemoteStore remote, Action<string> say)
{
    private const int AtOnce = 8, MostArtifacts = 10_000_000;

    /// <summary>Uploads the complete artifacts that the remote store lacks. Replies of judging models are not artifacts and are not uploaded.</summary>
    /// <exception cref="AttributionException">ATTR1815: the remote store failed. Artifacts that were uploaded before are complete.</exception>
    public TransferResult Push(CancellationToken cancellation) => Guarded(() =>
    {
        if (Directory.Exists(store.Root))
            store.EnterUse(cancellation);
        var there = Limited(remote.List(cancellation)).ToHashSet();
        return Run(store.Layout.Artifacts().Select(a => new RemoteArtifact(a.Stage, a.Fingerprint)), there, Push, cancellation);
    });

    /// <summary>Downloads the artifacts that the local store lacks.</summary>
    /// <exception cref="AttributionException">ATTR1815: the remote store failed. Artifacts that were downloaded before are complete.</exception>
    public TransferResult Pull(CancellationToken cancellation) => Guarded(() =>
    {
        store.Prepare(cancellation);
        var here = store.Layout.Artifacts().Select(a => new RemoteArtifact(a.Stage, a.Fingerprint)).ToHashSet();
        return Run(Limited(remote.List(cancellation)), here, Pull, cancellation);
    });

    // A listing is the remote's word: what names no artifact of a store is left out, and a listing has an end.
    private IEnumerable<RemoteArtifact> Limited(IEnumerable<RemoteArtifact> listed)
    {
        var count = 0;
        foreach (var artifact in listed.Where(artifact => artifact.IsInStore))
            yield return ++count <= MostArtifacts ? artifact
                : throw new IOException($"'{remote.Name}' lists more than {MostArtifacts:N0} artifacts.");
    }

    private TransferResult Run(IEnumerable<RemoteArtifact> all, HashSet<RemoteArtifact> known, Func<RemoteArtifact, CancellationToken, long?> bring,
        CancellationToken cancellation)
    {
        var (moved, had, damaged, bytes) = (0, 0, 0, 0L);
        try
        {
            Parallel.ForEach(all, new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, artifact =>
            {
                if (known.Contains(artifact))
                    Interlocked.Increment(ref had);
                else if (bring(artifact, cancellation) is { } size)
                {
                    Interlocked.Increment(ref moved);
                    Interlocked.Add(ref bytes, size);
                }
                else
                    Interlocked.Increment(ref damaged);
            });
        }
        catch (AggregateException e)
        {
            // The first failure is enough; a person fixes them one at a time.
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.Flatten().InnerExceptions[0]);
        }
        return new(moved, had, damaged, bytes);
    }

    private long? Push(RemoteArtifact artifact, CancellationToken cancellation)
    {
        var folder = store.Layout.ArtifactFolder(artifact.Stage, artifact.Fingerprint);
        if (ArtifactReader.Read(folder, artifact.Stage, artifact.Fingerprint, store.Hasher, ArtifactReader.Depth.Touched, out var damage) is not { } manifest)
        {
            say($"{artifact.Stage}/{artifact.Fingerprint.Short} is damaged here and was left: {damage}.");
            return null;
        }
        remote.Put(artifact, folder, manifest.Outputs, cancellation);
        return manifest.Bytes;
    }

    private long? Pull(RemoteArtifact artifact, CancellationToken cancellation)
    {
        try
        {
            return store.Take(remote, artifact, cancellation)?.Bytes ?? throw new RemoteDamageException($"it has no {Manifest.FileName}");
        }
        catch (RemoteDamageException e)
        {
            say($"{artifact.Stage}/{artifact.Fingerprint.Short} is damaged there and was left: {e.Message}.");
            return null;
        }
    }

    private T Guarded<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AttributionException(ErrorCodes.RemoteFailed, $"'{remote.Name}' and '{store.Root}': {e.Message} The artifacts that were copied before "
                + "are complete; the same command continues.", e);
        }
    }
}

/// <summary>The result of a transfer.</summary>
/// <param name="Moved">The number of artifacts that were copied.</param>
/// <param name="Had">The number of artifacts that were there already.</param>
/// <param name="Damaged">The number of damaged artifacts, which were not copied.</param>
/// <param name="Bytes">The size of the copied artifacts in bytes.</param>
internal sealed record TransferResult(int Moved, int Had, int Damaged, long Bytes);
