using Attribution.Contracts;
using Attribution.Sdk.Tasks;

namespace Attribution.Sdk.Tests.Builds;

/// <summary>The SDK as a package lays it out, with the worker of these tests.</summary>
public sealed class SdkLayout : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private bool _hasServer;

    public SdkLayout()
    {
        foreach (var file in Directory.EnumerateFiles(Repository.File("sdk/Attribution.Sdk/Sdk"), "*", SearchOption.AllDirectories))
            _folder.Write(Path.Combine("Sdk", Path.GetRelativePath(Repository.File("sdk/Attribution.Sdk/Sdk"), file)), File.ReadAllText(file));
        Directory.CreateDirectory(_folder["tasks/net10.0"]);
        File.Copy(typeof(RunStage).Assembly.Location, _folder["tasks/net10.0/Attribution.Sdk.dll"]);
        File.Copy(typeof(StageSettings).Assembly.Location, _folder["tasks/net10.0/Attribution.Contracts.dll"]);
        _folder.Write("library.txt", "Attribution.Worker 1\n");
    }

    public string Folder => _folder.Path;

    /// <summary>The content hashes of the worker's assemblies.</summary>
    public string Library => _folder["library.txt"];

    /// <summary>
    /// Runs <c>dotnet</c>. What it builds is built by a process that stays until this layout is disposed of: MSBuild is not started and compiled anew for each
    /// build. It has the caller's variables and current directory in each build, and no other layout's builds.
    /// </summary>
    internal (int Code, string Output) Run(string directory, params string[] arguments)
    {
        _hasServer = true;
        return DotNet.Run(directory, Server, arguments);
    }

    public void Dispose()
    {
        if (_hasServer)
            DotNet.Run(Folder, Server, "build-server", "shutdown", "--msbuild");
        _folder.Dispose();
    }

    private Dictionary<string, string> Server => new()
    {
        ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "1",
        ["MSBUILDDISABLENODEREUSE"] = "0",
        ["MSBUILDNODEHANDSHAKESALT"] = Folder,
        // After two minutes without a build it ends by itself, should these tests be killed.
        ["MSBUILDNODECONNECTIONTIMEOUT"] = "120000",
    };
}
