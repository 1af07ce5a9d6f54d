namespace Attribution.Data.Store;

/// <summary>What a store holds and whether it is whole.</summary>
public static class StoreInventory
{
    /// <summary>The artifacts, by stage and fingerprint. Reads their manifests and sizes and changes nothing.</summary>
    /// <exception cref="Diagnostics.AttributionException">ATTR1812: the store cannot be read.</exception>
    public static IEnumerable<StoredArtifact> List(ArtifactStore store)
    {
        foreach (var (stage, fingerprint, folder) in store.Layout.Artifacts())
        {
            // Sizes need no hasher; what can be read of a damaged one is still of use.
            ArtifactReader.Read(folder, stage, fingerprint, store.Hasher, ArtifactReader.Depth.Sizes, out var damage);
            yield return new StoredArtifact(stage, fingerprint, folder, Directory.GetLastWriteTimeUtc(folder), Manifest.Read(folder, out _), damage);
        }
    }

    /// <summary>Reads every byte of every artifact, whatever is remembered of it, and sets the damaged ones aside.</summary>
    /// <returns>Each artifact as it has been checked, with its damage; in the order of <see cref="List"/>.</returns>
    /// <exception cref="Diagnostics.AttributionException">ATTR1812: the store cannot be read.</exception>
    public static IEnumerable<StoredArtifact> Verify(ArtifactStore store)
    {
        if (Directory.Exists(store.Root))
            store.EnterUse(CancellationToken.None);
        foreach (var artifact in List(store))
        {
            ArtifactReader.Read(artifact.Folder, artifact.Stage, artifact.Fingerprint, store.Hasher, ArtifactReader.Depth.Everything, out var damage);
            if (damage is not null)
                store.SetAside(artifact.Stage, artifact.Fingerprint, ArtifactReader.Depth.Everything);
            yield return artifact with { Damage = damage };
        }
    }
}
