using Attribution.Data.Recipes;
using Attribution.Diagnostics;
using Attribution.Tests.Models.Hub;

namespace Attribution.Tests.Data.Recipes;

public sealed class RecipeSourceTests : IDisposable
{
    private readonly PublishedFiles _files = new();
    private readonly FakeHub _hub = new();

    public void Dispose()
    {
        _files.Dispose();
        _hub.Dispose();
    }

    [Fact]
    public void A_folder_gives_the_files_under_their_published_names_and_a_glob_gives_what_it_matches()
    {
        _files.JsonLines("pqa_labeled/train-00000-of-00001.parquet", "");
        _files.JsonLines("pqa_artificial/train-00000-of-00002.parquet", "");
        var error = Should.Throw<AttributionException>(() => Resolve(_files.Folder, "medhallu"));
        (error.Code, error.File).ShouldBe((ErrorCodes.RecipeFilesMissing, _files.Folder));
        error.Message.ShouldContain("pqa_artificial/train-*.parquet");

        var last = _files.JsonLines("pqa_artificial/train-00001-of-00002.parquet", "");
        Resolve(_files.Folder, "medhallu").Files.Select(f => Path.GetRelativePath(_files.Folder, f)).ShouldBe(
            ["pqa_artificial/train-00000-of-00002.parquet", "pqa_artificial/train-00001-of-00002.parquet", "pqa_labeled/train-00000-of-00001.parquet"]);
        Resolve(_files["pqa_artificial/*1-of*.parquet"], "medhallu").Files.ShouldBe([last]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("dolly")]
    [InlineData("databricks/databricks-dolly-15k")]
    [InlineData("dolly@0123456789abcdef0123456789abcdef01234567")]
    public void The_hub_is_asked_once_for_the_files_that_are_read_and_then_the_cache(string path)
    {
        _hub.Files.Clear();
        _hub.Files["databricks-dolly-15k.jsonl"] = "{}"u8.ToArray();
        _hub.Files["README.md"] = "read"u8.ToArray();
        var source = Resolve(path, "dolly");
        File.ReadAllText(source.Files.ShouldHaveSingleItem()).ShouldBe("{}");
        (source.Repository!.Id, source.Commit).ShouldBe(("databricks/databricks-dolly-15k", FakeHub.Commit));
        _hub.Server.Requests.Select(r => r.Path.Split('?')[0]).ShouldContain("/datasets/databricks/databricks-dolly-15k/resolve/" + FakeHub.Commit
            + "/databricks-dolly-15k.jsonl");
        _hub.RequestsFor("README.md").ShouldBeEmpty();

        var asked = _hub.Server.Requests.Count;
        Resolve(path, "dolly").Files.ShouldBe(source.Files);
        _hub.Server.Requests.Count.ShouldBe(asked);
    }

    [Fact]
    public void A_repository_without_the_files_is_refused_before_anything_is_fetched()
    {
        var error = Should.Throw<AttributionException>(() => Resolve("org/other", "dolly"));
        (error.Code, error.File).ShouldBe((ErrorCodes.RecipeFilesMissing, "org/other"));
        error.Message.ShouldContain("config.json");
        _hub.Server.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("data/dolly.jsonl")]
    [InlineData("/no/such/folder")]
    [InlineData("./nothing")]
    [InlineData("data/none*.jsonl")]
    public void A_path_that_leads_nowhere_is_an_error_and_no_hub_id(string path)
    {
        var error = Should.Throw<AttributionException>(() => Resolve(path, "dolly"));
        (error.Code, error.File).ShouldBe((ErrorCodes.DatasetNotFound, path));
        error.Message.ShouldContain("databricks/databricks-dolly-15k");
        _hub.Server.Requests.ShouldBeEmpty();
    }

    private RecipeSource Resolve(string path, string recipe)
    {
        var found = PublishedRecipes.Find(recipe)!;
        return RecipeSource.Resolve(path, found, RecipeParameters.Of(found), _hub.Settings);
    }
}
