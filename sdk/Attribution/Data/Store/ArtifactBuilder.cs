namespace Attribution.Data.Store;

/// <summary>Where a stage writes its files; they become an artifact, all at once, when it returns.</summary>
internal sealed class ArtifactBuilder
{
    private readonly Dictionary<string, string> _versions = new()
    {
        ["attribution"] = typeof(ArtifactBuilder).Assembly.GetName().Version!.ToString(3),
        [".net"] = Environment.Version.ToString(),
    };

    internal ArtifactBuilder(string folder, StageRequest request) => (Folder, Request) = (folder, request);

    /// <summary>The empty folder to write to. It is renamed later, so no output may hold this path.</summary>
    public string Folder { get; }

    /// <summary>What was asked for.</summary>
    public StageRequest Request { get; }

    /// <summary>For the manifest: what computes, such as <c>cuda:0</c>.</summary>
    public string Device { get; set; } = "cpu";

    /// <summary>For the manifest: versions of the programs that take part; those of this library and of .NET are there already.</summary>
    public IDictionary<string, string> Versions => _versions;

    /// <summary>The path to write an output to; the folders above it are there when this returns.</summary>
    /// <param name="name">Its path inside the artifact, with <c>/</c>.</param>
    public string PathOf(string name)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    internal IReadOnlyDictionary<string, string> AllVersions => _versions;
}
