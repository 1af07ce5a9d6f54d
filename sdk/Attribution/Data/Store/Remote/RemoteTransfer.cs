using Attribution.Diagnostics;

namespace Attribution.Data.Store.Remote;

/// <summary>Brings the artifacts of a store to a remote one, or back.</summary>
/// <param name="store">The store here.</param>
/// <param name="remote">The store there.</param>
/// <param name="say">Told what is damaged, here or there.</param>
internal sealed class RemoteTransfer(ArtifactStore store, IRemoteStore remote, Action<string> say)
{
    private const int AtOnce = 8;

    /// <summary>Puts there what is whole here and not there yet. Replies of judging models are no artifacts, and stay.</summary>
    /// <exception cref="AttributionException">ATTR1815: the remote store failed. What was put there until then is whole.</exception>
    public TransferResult Push(CancellationToken cancellation) => Guarded(() =>
    {
        if (Directory.Exists(store.Root))
            store.EnterUse(cancellation);
        var there = remote.List(cancellation).ToHashSet();
        return Run(store.Layout.Artifacts().Select(a => new RemoteArtifact(a.Stage, a.Fingerprint)), there, Push, cancellation);
    });

    /// <summary>Takes from there what is not here yet.</summary>
    /// <exception cref="AttributionException">ATTR1815: the remote store failed. What was taken until then is whole.</exception>
    public TransferResult Pull(CancellationToken cancellation) => Guarded(() =>
    {
        store.Prepare(cancellation);
        var here = store.Layout.Artifacts().Select(a => new RemoteArtifact(a.Stage, a.Fingerprint)).ToHashSet();
        return Run(remote.List(cancellation), here, Pull, cancellation);
    });

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
            // One is enough to tell; a person mends them one after the other.
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
            throw new AttributionException(ErrorCodes.RemoteFailed, $"'{remote.Name}' and '{store.Root}': {e.Message} What was brought over until then is "
                + "whole; the same command goes on from there.", e);
        }
    }
}

/// <summary>What a transfer did.</summary>
/// <param name="Moved">How many artifacts it brought over.</param>
/// <param name="Had">How many were there already.</param>
/// <param name="Damaged">How many were damaged and left.</param>
/// <param name="Bytes">The size of what it brought over.</param>
internal sealed record TransferResult(int Moved, int Had, int Damaged, long Bytes);
