using Attribution.Tests;

namespace Attribution.Sdk.Tests.Builds;

/// <summary>Where things lie in this repository.</summary>
internal static class Repository
{
#if DEBUG
    public const string Configuration = "Debug";
#else
    public const string Configuration = "Release";
#endif

    public static string Root => SharedData.RepositoryRoot;

    /// <summary>The worker of these tests.</summary>
    public static string Worker { get; } = Path.Combine(AppContext.BaseDirectory, "Attribution.Sdk.Tests.Worker.dll");

    public static string File(string path) => Path.Combine(Root, path);
}
