using Attribution.Data.Store.Journals;

namespace Attribution.Data.Store;

/// <summary>The layout of a store's folder.</summary>
internal sealed record StoreLayout(string Root)
{
    // Not used in any stage's name.
    private const char Separator = '~';
    private const char NodeEnd = '.';

    public string Temporary => Path.Combine(Root, ".tmp");
    public string Locks => Path.Combine(Root, ".locks");
    public string Damaged => Path.Combine(Root, ArtifactStore.DamagedFolder);
    public string Hashes => Path.Combine(Root, ".hashes");
    public string KeyLocks => Path.Combine(Locks, Journal.StageName);
    public string InUse => Path.Combine(Locks, "in-use");
    public string Users => Path.Combine(Locks, "users");

    public string StageFolder(string stage) => Path.Combine(Root, stage);
    public string ArtifactFolder(string stage, ContentHash fingerprint) => Path.Combine(Root, stage, fingerprint.ToString());
    public string LockFile(string stage, ContentHash fingerprint) => Path.Combine(Locks, $"{stage}{Separator}{fingerprint}");

    /// <summary>A name for a folder to write to, with the machine that does.</summary>
    public string NewTemporary(string stage, ContentHash fingerprint, string node)
        => Path.Combine(Temporary, $"{stage}{Separator}{fingerprint}{Separator}{node}{NodeEnd}{Guid.NewGuid():N}");

    /// <summary>The machine that a temporary folder is of; null if its name does not say.</summary>
    public static string? NodeOf(string temporary)
    {
        var name = Path.GetFileName(temporary);
        var start = name.LastIndexOf(Separator) + 1;
        return name.IndexOf(NodeEnd, start) is > 0 and var end && start > 0 ? name[start..end] : null;
    }

    /// <summary>The lock that protects a temporary folder while it is written.</summary>
    public string LockFileOf(string temporary)
    {
        var name = Path.GetFileName(temporary);
        var end = name.LastIndexOf(Separator);
        return Path.Combine(Locks, end < 0 ? name : name[..end]);
    }

    public string NewDamaged(string stage, ContentHash fingerprint)
        => Path.Combine(Damaged, $"{stage}{Separator}{fingerprint}{Separator}{DateTime.UtcNow:yyyyMMdd'T'HHmmss.fff}");

    /// <summary>The folders that look like artifacts, intact or not.</summary>
    public IEnumerable<(string Stage, ContentHash Fingerprint, string Folder)> Artifacts()
    {
        if (!Directory.Exists(Root))
            yield break;
        foreach (var stage in Directory.EnumerateDirectories(Root).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(stage);
            if (name[0] == '.' || name is ArtifactStore.DamagedFolder or Journal.StageName)
                continue;
            foreach (var artifact in ArtifactsOf(name))
                yield return artifact;
        }
    }

    /// <summary>The folders of journals.</summary>
    public IEnumerable<(string Stage, ContentHash Fingerprint, string Folder)> Journals() =>
        Directory.Exists(StageFolder(Journal.StageName)) ? ArtifactsOf(Journal.StageName) : [];

    /// <summary>The folders that look like artifacts of one stage.</summary>
    public IEnumerable<(string Stage, ContentHash Fingerprint, string Folder)> ArtifactsOf(string stage)
    {
        foreach (var folder in Folders(StageFolder(stage)).Order(StringComparer.Ordinal))
            if (ContentHash.TryParse(Path.GetFileName(folder), out var fingerprint))
                yield return (stage, fingerprint, folder);
    }

    public static IEnumerable<string> Folders(string parent) => Directory.Exists(parent) ? Directory.EnumerateDirectories(parent) : [];

    /// <summary>The size of all files below a folder, in bytes.</summary>
    public static long SizeOf(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);
}
