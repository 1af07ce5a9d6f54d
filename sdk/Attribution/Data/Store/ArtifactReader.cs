namespace Attribution.Data.Store;

/// <summary>Reads an artifact and checks whether it is intact.</summary>
internal static class ArtifactReader
{
    /// <summary>How much is checked.</summary>
    public enum Depth
    {
        /// <summary>Names and sizes: only the manifest is read.</summary>
        Sizes,

        /// <summary>Contents too, except of files that have not been touched since they were last hashed.</summary>
        Touched,

        /// <summary>Every byte.</summary>
        Everything,
    }

    /// <summary>The manifest of an artifact if it is intact; else null, with the damage.</summary>
    public static Manifest? Read(string folder, string stage, ContentHash fingerprint, FileHasher hasher, Depth depth, out string? damage)
    {
        var manifest = Manifest.Read(folder, out var unreadable);
        damage = manifest is null ? unreadable : DamageOf(manifest, stage, fingerprint) ?? FirstDamaged(manifest, folder, hasher, depth);
        return damage is null ? manifest : null;
    }

    /// <summary>The damage, if a manifest is not that of this artifact; else null.</summary>
    public static string? DamageOf(Manifest manifest, string stage, ContentHash fingerprint)
        => manifest.Stage != stage || manifest.Fingerprint != fingerprint || ContentHash.Of(CanonicalJson.Write(manifest.Request)) != fingerprint
            ? $"its {Manifest.FileName} is that of another artifact ({manifest.Stage}/{manifest.Fingerprint.Short})"
            : null;

    private static string? FirstDamaged(Manifest manifest, string folder, FileHasher hasher, Depth depth)
    {
        foreach (var output in manifest.Outputs)
        {
            var path = Path.Combine(folder, output.Name);
            var file = new FileInfo(path);
            if (!file.Exists)
                return $"its file {output.Name} is missing";
            if (file.Length != output.Bytes)
                return $"its file {output.Name} has {file.Length} bytes instead of {output.Bytes}";
            if (depth == Depth.Sizes)
                continue;
            if ((depth == Depth.Everything ? hasher.RehashFile(path) : hasher.HashFile(path)) != output.Hash)
                return $"the content of its file {output.Name} is not what was written";
        }
        return null;
    }
}
