namespace Attribution.Data.Store;

/// <summary>The folder that a stage writes its files to. They become an artifact, all at once, when the stage returns.</summary>
internal sealed class ArtifactBuilder
{
    private readonly Dictionary<string, string> _versions = new()
    {
        ["attribution"] = typeof(ArtifactBuilder).Assembly.GetName().Version!.ToString(3),
        [".net"] = Environment.Version.ToString(),
    };

    internal ArtifactBuilder(string folder, StageRequest request) => (Folder, Request) = (folder, request);

    /// <summary>The empty folder to write to. It is renamed later, so no output may contain this path.</summary>
    public string Folder { get; }

    /// <summary>The request to answer.</summary>
    public StageRequest Request { get; }

    /// <summary>For the manifest: the device that computes, for example <c>cuda:0</c>.</summary>
    public string Device { get; set; } = "cpu";

    /// <summary>For the manifest: the versions of other programs that take part; the versions of this library and of .NET are already included.</summary>
    public IDictionary<string, string> Versions => _versions;

    /// <summary>The path to write an output to. Its folders are created.</summary>
    /// <param name="name">The file's path inside the artifact, with <c>/</c> as separator.</param>
    public string PathOf(string name)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    internal IReadOnlyDictionary<string, string> AllVersions => _versions;
}
