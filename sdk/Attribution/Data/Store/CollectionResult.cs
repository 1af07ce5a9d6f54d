namespace Attribution.Data.Store;

/// <summary>What a collection removed, or would have.</summary>
/// <param name="Removed">The artifacts.</param>
/// <param name="Kept">How many artifacts stay.</param>
/// <param name="KeptBytes">Their size.</param>
/// <param name="Debris">How many damaged artifacts and unfinished leftovers went with them.</param>
/// <param name="DebrisBytes">Their size.</param>
public sealed record CollectionResult(IReadOnlyList<StoredArtifact> Removed, int Kept, long KeptBytes, int Debris, long DebrisBytes)
{
    /// <summary>The size of all that was removed.</summary>
    public long FreedBytes => Removed.Sum(a => a.Bytes) + DebrisBytes;
}
