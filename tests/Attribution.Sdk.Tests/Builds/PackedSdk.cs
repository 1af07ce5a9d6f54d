namespace Attribution.Sdk.Tests.Builds;

/// <summary>All packages in a folder feed, and a folder for projects that know nothing but that feed.</summary>
public sealed class PackedSdk : IDisposable
{
    // Guards the two fields below.
    private static readonly Lock Packing = new();
    private static TemporaryFolder? _packed;
    private static int _users;

    /// <summary>The project that packs everything.</summary>
    public const string Command = "sdk/packages.proj";

    public PackedSdk()
    {
        Directory.CreateSymbolicLink(Folder["feed"], Packed()["feed"]);
        Folder.Write("nuget.config", """
            <configuration>
              <packageSources><clear /><add key="folder" value="feed" /></packageSources>
            </configuration>
            """);
        // libtorch is there already, as on a machine that has built an experiment before: half a gigabyte is not unpacked for a test.
        var packages = System.Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } moved ? moved
            : Path.Combine(System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        Directory.CreateDirectory(Folder["packages"]);
        foreach (var libtorch in Directory.GetDirectories(packages, "libtorch-cpu-*"))
            Directory.CreateSymbolicLink(Folder["packages", Path.GetFileName(libtorch)], libtorch);
    }

    /// <summary>The version of all packages: that of Directory.Build.props, and a hash of what they hold.</summary>
    public string Version => field ??=
        Path.GetFileNameWithoutExtension(Directory.GetFiles(Folder["feed"], "Attribution.Sdk.*.nupkg").Single())["Attribution.Sdk.".Length..];

    public TemporaryFolder Folder { get; } = new();

    /// <summary>What the packages hold.</summary>
    public string Layout => _packed!["layout/"];

    /// <summary>
    /// A packages folder of its own: what another build of this version left on this machine is not what is tested. So with templates and tools.
    /// </summary>
    public Dictionary<string, string> Environment => new()
    {
        ["NUGET_PACKAGES"] = Folder["packages"],
        ["DOTNET_CLI_HOME"] = Folder["cli"],
        ["DOTNET_NOLOGO"] = "1",
        ["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false",
        ["DOTNET_ROOT"] = Path.GetDirectoryName(System.Environment.ProcessPath!)!,
    };

    /// <summary>Builds these projects.</summary>
    internal BuildServer Server { get; } = new();

    public string Package(string id) => Folder["feed", $"{id}.{Version}.nupkg"];

    public void Dispose()
    {
        Server.Dispose();
        Folder.Dispose();
        lock (Packing)
            if (--_users == 0)
                _packed?.Dispose();
    }

    // Packed once for the classes that use it at the same time.
    private static TemporaryFolder Packed()
    {
        lock (Packing)
        {
            if (_users++ > 0)
                return _packed!;
            _packed = new();
            // The build of an experiment of this repository may build the SDK at the same time, with the same files of the projects' obj folders.
            using var alone = Lock(Repository.File("artifacts/sdk/.lock"));
            // The command of the docs, without its build, into folders of these tests' own.
            var (code, output) = DotNet.Run(Repository.Root, null, "build", Command, "-t:Pack", $"-p:Configuration={Repository.Configuration}",
                "-p:NoBuild=true", $"-p:PackageFolder={_packed["feed/"]}", $"-p:SdkLayout={_packed["layout/"]}", "-v:q", "-tl:off");
            code.ShouldBe(0, output);
            return _packed;
        }
    }

    // As the task BuildAttributionSdk.
    private static FileStream Lock(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        for (; ; Thread.Sleep(100))
            try
            {
                return new(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
            }
    }
}
