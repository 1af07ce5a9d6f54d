using Attribution.Data;
using Attribution.Data.DuckDb;
using Attribution.Diagnostics;

namespace Attribution.Tests.Data;

public sealed class DuckDbLibraryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_explicit_path_may_be_the_library_or_its_folder()
    {
        var library = DuckDbLibrary.Provision().Path!;
        var byFile = DuckDbLibrary.Locate(library);
        (byFile.Path, byFile.Source).ShouldBe((library, "DuckDbPath"));
        Version.Parse(byFile.Version!).ShouldBeGreaterThanOrEqualTo(DuckDbLibrary.MinimumVersion);
        DuckDbLibrary.Locate(Path.GetDirectoryName(library)).ShouldBe(byFile);
    }

    [Fact]
    public void A_path_without_a_library_is_an_error_that_names_it_and_nothing_is_fetched_instead()
    {
        var paths = new ArtifactPaths(_folder["store"]);
        var text = _folder.Write("libduckdb.so", "no library");
        foreach (var (path, words) in new[] { (_folder["gone"], "there is no libduckdb.so"), (text, "does not load"), (_folder.Path, "does not load"), (OtherLibrary(), "is not DuckDB") })
        {
            DuckDbLibrary.Locate(path, paths).Found.ShouldBeFalse();
            var error = Should.Throw<AttributionException>(() => DuckDbLibrary.Provision(path, paths));
            (error.Code, error.Property).ShouldBe((ErrorCodes.DuckDbUnusable, "DuckDbPath"));
            error.Message.ShouldContain(words);
        }
        Directory.Exists(paths.Native).ShouldBeFalse();

        static string OtherLibrary() => Directory.GetFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "libSystem.Native.so").Single();
    }

    [Fact]
    public void Without_a_library_the_reason_says_what_to_do()
    {
        if (DuckDbLibrary.Locate() is { Source: not "provisioned" })
            return; // this machine names one of its own
        var location = DuckDbLibrary.Locate(paths: new(_folder["store"]));
        location.Found.ShouldBeFalse();
        location.Reason!.ShouldContain(DuckDbLibrary.PathVariable);
    }

    [Fact]
    public void A_package_other_than_the_pinned_one_is_not_unpacked()
    {
        var package = DuckDbPackage.ForThisMachine!;
        var error = Should.Throw<AttributionException>(() => DuckDbProvisioner.Unpack(package, _folder.Write("p.tgz", "something else"), _folder.Path));
        error.Code.ShouldBe(ErrorCodes.DuckDbMissing);
        error.Message.ShouldContain(package.Sha512);
        Directory.GetFiles(_folder.Path).ShouldHaveSingleItem();
    }

    [NpmFact]
    public async Task Two_provisions_at_once_fetch_once_and_a_damaged_copy_is_fetched_again()
    {
        var package = DuckDbPackage.ForThisMachine!;
        var paths = new ArtifactPaths(_folder["store"]);
        var said = new List<string>();
        var fetches = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(Fetch)));
        fetches.Distinct().ShouldHaveSingleItem();
        said.Count.ShouldBe(1);
        new FileInfo(fetches[0]).Length.ShouldBe(package.LibraryBytes);
        Directory.GetFileSystemEntries(paths.Native).Select(Path.GetFileName).Order().ShouldBe([$"duckdb-{package.DuckDbVersion}", $"duckdb-{package.DuckDbVersion}.lock"]);

        using (var library = File.OpenWrite(fetches[0]))
            library.SetLength(1000);
        Fetch();
        said.Count.ShouldBe(2);
        DuckDbProvisioner.IsWhole(package, fetches[0]).ShouldBeTrue();

        string Fetch() => DuckDbProvisioner.Fetch(package, paths, line =>
        {
            lock (said)
                said.Add(line);
        });
    }

    private sealed class NpmFactAttribute : FactAttribute
    {
        public NpmFactAttribute()
        {
            if (DuckDbPackage.ForThisMachine is null || !Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "npm"))))
                Skip = "needs npm, on Linux";
        }
    }
}
