namespace Attribution.Sdk.Tests.Builds;

/// <summary>Where things lie in this repository.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

#if DEBUG
    public const string Configuration = "Debug";
#else
    public const string Configuration = "Release";
#endif

    /// <summary>The worker of these tests.</summary>
    public static string Worker { get; } = Path.Combine(AppContext.BaseDirectory, "Attribution.Sdk.Tests.Worker.dll");

    public static string File(string path) => Path.Combine(Root, path);

    private static string Find()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!System.IO.File.Exists(Path.Combine(at.FullName, "Attribution.sln")))
            at = at.Parent!;
        return at.FullName;
    }
}
