namespace Attribution.Data.Store;

/// <summary>An entry of the store's list.</summary>
/// <param name="Stage">The stage that wrote it.</param>
/// <param name="Fingerprint">Its address.</param>
/// <param name="Folder">Where it is.</param>
/// <param name="LastUsed">When it was last taken or written, in UTC.</param>
/// <param name="Manifest">What it says of itself; null if that cannot be read, and for a journal.</param>
/// <param name="Damage">What is wrong with it as far as names and sizes tell, or null.</param>
public sealed record StoredArtifact(string Stage, ContentHash Fingerprint, string Folder, DateTime LastUsed, Manifest? Manifest, string? Damage)
{
    /// <summary>The size of its files, the manifest not counted.</summary>
    public long Bytes => Manifest?.Bytes ?? StoreLayout.SizeOf(Folder);
}
