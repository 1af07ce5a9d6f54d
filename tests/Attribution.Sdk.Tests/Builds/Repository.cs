using System.Collections;
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

    /// <summary>The variables of this process that are about attribution: where the store of this machine is, if someone said so.</summary>
    public static Dictionary<string, string> Environment { get; } = System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .Where(v => ((string)v.Key).StartsWith("ATTRIBUTION_", StringComparison.Ordinal)).ToDictionary(v => (string)v.Key, v => (string)v.Value!);
}
