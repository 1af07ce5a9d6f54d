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
        paths.Store.ShouldBe(_folder["artifacts/store"]);
    }

    [Fact]
    public void An_experiment_that_has_its_store_beside_it_uses_that_one()
    {
        _folder.Write(".git", "");
        var beside = Directory.CreateDirectory(_folder["experiments/x/artifacts/store"]).FullName;
        ArtifactPaths.Current(_folder["experiments/x"]).Store.ShouldBe(beside);
        ArtifactPaths.Current(Directory.CreateDirectory(_folder["experiments/x/data"]).FullName).Store.ShouldBe(beside);
    }

    [Fact]
    public void A_store_may_be_moved()
    {
        var paths = new ArtifactPaths(_folder["moved/store/"]);
        paths.Store.ShouldBe(_folder["moved/store"]);
    }
}
