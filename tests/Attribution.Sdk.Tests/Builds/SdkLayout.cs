using Attribution.Contracts;
using Attribution.Sdk.Tasks;

namespace Attribution.Sdk.Tests.Builds;

/// <summary>The SDK as a package lays it out, with the worker of these tests.</summary>
public sealed class SdkLayout : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly BuildServer _server = new();

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

    /// <inheritdoc cref="BuildServer.Run"/>
    internal (int Code, string Output) Run(string directory, IReadOnlyDictionary<string, string>? environment, params string[] arguments) =>
        _server.Run(directory, environment, arguments);

    public void Dispose()
    {
        _server.Dispose();
        _folder.Dispose();
    }
}
