using Attribution.Sdk.Experiments;

namespace Attribution.Sdk.Tests.Tasks;

public sealed class BuildCommandTests : IDisposable
{
    private static readonly string[] Settings = ["TopK", "AttributionLayer", "Device", "AcceptSnapshot"];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void It_names_the_folder_from_the_root_of_the_repository_and_what_changes_the_results()
    {
        Directory.CreateDirectory(_folder[".git"]);
        var project = _folder.Write("experiments/tiny/tiny.csproj", "");
        BuildCommand.Of(project, [], Settings).ShouldBe("dotnet build experiments/tiny");
        BuildCommand.Of(project, new Dictionary<string, string>
        {
            ["topk"] = "50",
            ["AttributionLayer"] = "2;3",
            ["Device"] = "cuda",
            ["AcceptSnapshot"] = "true",
            ["Other"] = "x"
        }, Settings)
            .ShouldBe("dotnet build experiments/tiny -p:AttributionLayer=2%3B3 -p:topk=50");
        _folder.Write("experiments/tiny/other.csproj", "");
        BuildCommand.Of(project, [], Settings).ShouldBe("dotnet build experiments/tiny/tiny.csproj");
    }

    [Fact]
    public void Without_a_repository_it_names_the_project() =>
        BuildCommand.Of(_folder.Write("my experiment/my experiment.csproj", ""), [], Settings).ShouldBe("dotnet build 'my experiment.csproj'");

    public void Dispose() => _folder.Dispose();
}
