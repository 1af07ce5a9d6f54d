namespace Attribution.Sdk.Tests.Builds;

/// <summary>
/// A process that builds until this is disposed of: MSBuild is not started and compiled anew for each build. Each build has its caller's variables and current
/// directory. No one else's builds are here.
/// </summary>
internal sealed class BuildServer : IDisposable
{
    private readonly string _name = Guid.NewGuid().ToString();
    private bool _started;

    /// <summary>Runs <c>dotnet</c>.</summary>
    public (int Code, string Output) Run(string directory, IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        _started = true;
        var (code, output) = DotNet.Run(directory, With(environment), arguments);
        // Seen once in some hundred builds: the server said that all was well, and its client ended with 1.
        // The exit code of a build that went well is tested without a server: ExperimentsOfThisRepositoryTests, TinyScaleTests, KilledBuildsTests.
        return (IsSuccess(output) ? 0 : code, output);
    }

    /// <summary>These variables, and those that have <c>dotnet build</c> use this process.</summary>
    private Dictionary<string, string> With(IReadOnlyDictionary<string, string>? environment) => new(environment ?? new Dictionary<string, string>())
    {
        ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "1",
        ["MSBUILDDISABLENODEREUSE"] = "0",
        ["MSBUILDNODEHANDSHAKESALT"] = _name,
        // After two minutes without a build it ends by itself, should these tests be killed.
        ["MSBUILDNODECONNECTIONTIMEOUT"] = "120000",
    };

    public void Dispose()
    {
        if (_started)
            DotNet.Run(Repository.Root, With(null), "build-server", "shutdown", "--msbuild");
    }

    private static bool IsSuccess(string output) =>
        output.Contains("Build succeeded.", StringComparison.Ordinal) && output.Contains("    0 Error(s)", StringComparison.Ordinal);
}
