using Attribution.Data.Store.Journals;
using Attribution.Diagnostics;

namespace Attribution.Data.Store;

/// <summary>Lists and verifies the contents of a store.</summary>
internal static class StoreInventory
{
    /// <summary>The artifacts, by stage and fingerprint, then the journals. Reads their manifests and sizes and changes nothing.</summary>
    /// <exception cref="Diagnostics.AttributionException">ATTR1812: the store cannot be read.</exception>
    public static IEnumerable<StoredArtifact> List(ArtifactStore store)
    {
        foreach (var (stage, fingerprint, folder) in store.Layout.Artifacts())
        {
            // Sizes need no hasher; the readable part of a damaged artifact is still of use.
            ArtifactReader.Read(folder, stage, fingerprint, store.Hasher, ArtifactReader.Depth.Sizes, out var damage);
            yield return new StoredArtifact(stage, fingerprint, folder, Directory.GetLastWriteTimeUtc(folder), Manifest.Read(folder, out _), damage);
        }
        foreach (var (stage, fingerprint, folder) in store.Layout.Journals())
            yield return new StoredArtifact(stage, fingerprint, folder, Directory.GetLastWriteTimeUtc(folder), null, null);
    }

    /// <summary>Reads every byte of every artifact, ignoring remembered hashes, and sets damaged ones aside.</summary>
    /// <returns>Each checked artifact with its damage, in the order of <see cref="List"/>.</returns>
    /// <exception cref="Diagnostics.AttributionException">ATTR1812: the store cannot be read.</exception>
    public static IEnumerable<StoredArtifact> Verify(ArtifactStore store)
    {
        if (Directory.Exists(store.Root))
            store.EnterUse(CancellationToken.None);
        foreach (var artifact in List(store))
        {
            if (artifact.Stage == Journal.StageName)
            {
                yield return artifact with { Damage = VerifyJournal(store, artifact) };
                continue;
            }
            ArtifactReader.Read(artifact.Folder, artifact.Stage, artifact.Fingerprint, store.Hasher, ArtifactReader.Depth.Everything, out var damage);
            if (damage is not null)
                store.SetAside(artifact.Stage, artifact.Fingerprint, ArtifactReader.Depth.Everything);
            yield return artifact with { Damage = damage };
        }
    }

    private static string? VerifyJournal(ArtifactStore store, StoredArtifact journal)
    {
        try
        {
            if (JournalCheck.DamageOf(journal.Folder) is not { } damage)
                return null;
            var destination = store.Layout.NewDamaged(journal.Stage, journal.Fingerprint);
            JournalCheck.SetAside(journal.Folder, destination);
            store.Warn(ErrorCodes.ReplyDamaged, $"The journal {journal.Stage}/{journal.Fingerprint.Short} is damaged: {damage}. "
                + $"The damaged part was moved to {Path.GetRelativePath(store.Root, destination)} and is asked for again when it is needed.");
            return damage;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.Of(store.Root, e);
        }
    }
}

/// <summary>An entry of the store's list.</summary>
/// <param name="Stage">The stage that wrote it.</param>
/// <param name="Fingerprint">Its address.</param>
/// <param name="Folder">Where it is.</param>
/// <param name="LastUsed">The time of its last use or creation, in UTC.</param>
/// <param name="Manifest">Its manifest; null if that cannot be read, and for a journal.</param>
/// <param name="Damage">The damage, as far as names and sizes tell; null if there is none.</param>
internal sealed record StoredArtifact(string Stage, ContentHash Fingerprint, string Folder, DateTime LastUsed, Manifest? Manifest, string? Damage)
{
    /// <summary>The size of its files in bytes, without the manifest.</summary>
    public long Bytes => Manifest?.Bytes ?? StoreLayout.SizeOf(Folder);
}
