namespace Attribution.Sdk.Tests.Builds;

/// <summary>The SDK packed into a folder feed, and a folder for projects that know nothing but that feed.</summary>
public sealed class PackedSdk : IDisposable
{
    public PackedSdk()
    {
        var (code, output) = DotNet.Run(Repository.Root, null, "pack", "sdk/Attribution.Sdk", "--no-build", "-c", Repository.Configuration, "-o", Folder["feed"], $"-p:SdkLayout={Folder["layout/"]}", "-v:q");
        code.ShouldBe(0, output);
        Folder.Write("nuget.config", """
            <configuration>
              <packageSources><clear /><add key="folder" value="feed" /></packageSources>
            </configuration>
            """);
    }

    public TemporaryFolder Folder { get; } = new();

    public string Package => Folder["feed/Attribution.Sdk.1.0.0.nupkg"];

    /// <summary>A packages folder of its own: what another build of version 1.0.0 left on this machine is not what is tested.</summary>
    public Dictionary<string, string> Environment => new() { ["NUGET_PACKAGES"] = Folder["packages"] };

    public void Dispose() => Folder.Dispose();
}
