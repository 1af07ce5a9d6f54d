using Attribution.Data.Store.Journals;
using Attribution.Diagnostics;

namespace Attribution.Data.Store;

/// <summary>Removes artifacts that are no longer needed, together with damaged ones and what killed builds left behind.</summary>
/// <remarks>A collection runs alone: builds that start meanwhile wait for it, and it does not start while a build has the store open.</remarks>
internal static class StoreCollection
{
    /// <summary>Collects a store.</summary>
    /// <param name="root">The store's folder.</param>
    /// <param name="policy">What may go.</param>
    /// <param name="pretend">Only find out what would go.</param>
    /// <param name="files">The file system; null for this machine's.</param>
    /// <exception cref="AttributionException">ATTR1803: it may not be written. ATTR1807: a build is using it. ATTR1811: the policy says nothing. ATTR1812: the
    /// file system failed.</exception>
    public static CollectionResult Run(string root, CollectionPolicy policy, bool pretend = false, StoreFiles? files = null)
    {
        if (policy is { Keep: null, UnusedFor: null, LargestBytes: null })
            throw new AttributionException(ErrorCodes.CollectionUnbounded,
                "Say what may go: by age (--unused-for), by size (--max-size), or all but what experiments need (--keep).");
        using var store = new ArtifactStore(root, files: files);
        try
        {
            using var alone = Directory.Exists(store.Root) && !pretend ? StoreUse.EnterAlone(store.Layout, store.Files) : null;
            var artifacts = StoreInventory.List(store).ToArray();
            var doomed = Choose(artifacts, policy);
            string[] debris = [.. StoreLayout.Folders(store.Layout.Damaged), .. StoreLayout.Folders(store.Layout.Temporary)];
            var debrisBytes = debris.Sum(StoreLayout.SizeOf);
            if (!pretend)
                Remove(store.Layout, [.. doomed.Select(a => a.Folder)], debris);
            return new CollectionResult([.. artifacts.Where(doomed.Contains)], artifacts.Length - doomed.Count,
                artifacts.Where(a => !doomed.Contains(a)).Sum(a => a.Bytes), debris.Length, debrisBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.Of(store.Root, e);
        }
    }

    private static HashSet<StoredArtifact> Choose(StoredArtifact[] artifacts, CollectionPolicy policy)
    {
        var kept = policy.Keep is null ? [] : Reachable(artifacts, policy.Keep());
        // Artifacts do not tell which replies an experiment needs, and replies were paid for: keeping experiments keeps all replies.
        var free = artifacts.Where(a => !kept.Contains(a.Fingerprint) && !(policy.Keep is not null && a.Stage == Journal.StageName)).OrderBy(a =>
            a.LastUsed).ToArray();
        var oldest = DateTime.UtcNow - policy.UnusedFor;
        var doomed = new HashSet<StoredArtifact>(ReferenceEqualityComparer.Instance);
        if (policy.UnusedFor is not null || policy.LargestBytes is null)
            doomed.UnionWith(free.Where(a => oldest is null || a.LastUsed < oldest));
        var left = artifacts.Sum(a => a.Bytes) - doomed.Sum(a => a.Bytes);
        foreach (var artifact in free)
            if (left > policy.LargestBytes && doomed.Add(artifact))
                left -= artifact.Bytes;
        return doomed;
    }

    // An artifact was computed from another if one of its inputs has the content of one of the other's outputs.
    private static HashSet<ContentHash> Reachable(StoredArtifact[] artifacts, IReadOnlyCollection<ContentHash> roots)
    {
        var byFingerprint = artifacts.ToLookup(a => a.Fingerprint);
        var byContent = artifacts.SelectMany(a => (a.Manifest?.Outputs ?? []).Select(o => (o.Hash, Artifact: a))).ToLookup(x => x.Hash, x => x.Artifact);
        var reached = new HashSet<ContentHash>();
        var next = new Stack<StoredArtifact>(roots.SelectMany(r => byFingerprint[r]));
        while (next.TryPop(out var artifact))
        {
            if (!reached.Add(artifact.Fingerprint))
                continue;
            foreach (var input in artifact.Manifest?.Inputs ?? [])
                foreach (var source in byContent[input.Hash])
                    next.Push(source);
        }
        return reached;
    }

    // A folder is renamed before its files are removed, so that a kill in the middle leaves debris, not a damaged artifact.
    private static void Remove(StoreLayout layout, string[] artifacts, string[] debris)
    {
        Directory.CreateDirectory(layout.Temporary);
        foreach (var folder in artifacts)
        {
            var leaving = Path.Combine(layout.Temporary, $"collected.{Guid.NewGuid():N}");
            Directory.Move(folder, leaving);
            Directory.Delete(leaving, recursive: true);
        }
        foreach (var folder in debris)
            Directory.Delete(folder, recursive: true);
    }
}

/// <summary>What a collection of the store may remove. At least one of the three must be set.</summary>
/// <param name="Keep">
/// Gives the fingerprints that stay, with everything that they were computed from (found by the content of their inputs); null: nothing stays for that
/// reason. It is asked once the collection is alone with the store: a build that ended just before has its results in it.
/// </param>
/// <param name="UnusedFor">Only artifacts that have not been used for this time are removed; null if age does not protect.</param>
/// <param name="LargestBytes">Then the least recently used artifacts are removed until the rest is at most this size; null for no limit.</param>
internal sealed record CollectionPolicy(Func<IReadOnlyCollection<ContentHash>>? Keep = null, TimeSpan? UnusedFor = null, long? LargestBytes = null);

/// <summary>What a collection removed, or would have removed.</summary>
/// <param name="Removed">The removed artifacts.</param>
/// <param name="Kept">The number of artifacts that stay.</param>
/// <param name="KeptBytes">Their size in bytes.</param>
/// <param name="Debris">The number of damaged artifacts and unfinished leftovers that were removed too.</param>
/// <param name="DebrisBytes">Their size in bytes.</param>
internal sealed record CollectionResult(IReadOnlyList<StoredArtifact> Removed, int Kept, long KeptBytes, int Debris, long DebrisBytes)
{
    /// <summary>The size of everything removed, in bytes.</summary>
    public long FreedBytes => Removed.Sum(a => a.Bytes) + DebrisBytes;
}
