using Attribution.Data;

namespace Attribution.Tests.Data;

public sealed class ArtifactPathsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(".git")]
    [InlineData("Attribution.sln")]
    public void The_store_is_the_repositorys_wherever_in_it_one_works(string mark)
    {
        var deep = Directory.CreateDirectory(Path.Combine(_folder.Path, "experiments", "x")).FullName;
        Directory.CreateDirectory(Path.Combine(_folder.Path, "experiments", "other", ".git"));
        _folder.Write(mark, "");
        var paths = ArtifactPaths.Current(deep);
        (paths.Store, paths.Native).ShouldBe((_folder["artifacts/store"], _folder["artifacts/native"]));
    }

    [Fact]
    public void Native_libraries_lie_beside_a_store_that_was_moved()
    {
        var paths = new ArtifactPaths(_folder["moved/store/"]);
        (paths.Store, paths.Native).ShouldBe((_folder["moved/store"], _folder["moved/native"]));
    }
}
