using System.Reflection;
using System.Text.Json;
using Attribution.Data.Store;
using Attribution.Diagnostics;

namespace Attribution.Tests.Data.Store;

public sealed class StageRequestTests : IDisposable
{
    private static readonly ContentHash Library = ContentHash.Of("library");

    private readonly TemporaryFolder _folder = new();
    private readonly FileHasher _hasher = new();

    public void Dispose()
    {
        _hasher.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void An_input_counts_by_its_content_and_not_by_its_name_or_date()
    {
        var here = _folder.Write("here.csv", "rows");
        var there = _folder.Write("elsewhere/there.csv", "rows");
        File.SetLastWriteTimeUtc(there, DateTime.UnixEpoch);
        Of(new { train = new InputFile(here) }).Fingerprint.ShouldBe(Of(new { train = new InputFile(there) }).Fingerprint);
        File.WriteAllText(there, "Rows");
        Of(new { train = new InputFile(here) }).Fingerprint.ShouldNotBe(Of(new { train = new InputFile(there) }).Fingerprint);
    }

    [Fact]
    public void The_stage_the_parameters_and_the_code_all_count()
    {
        StageRequest[] requests =
        [
            Of(new { k = 1 }), Of(new { k = 2 }), Of(new { k = "1" }), Of(new { k = new[] { 1 } }), Of(new { K2 = 1 }),
            StageRequest.Resolve("other", new { k = 1 }, _hasher, Library),
            StageRequest.Resolve("stage", new { k = 1 }, _hasher, ContentHash.Of("other library")),
            Of(new { k = 1 }).ForBlock(new Block(0, 1, ContentHash.Of("row"))),
        ];
        requests.Select(r => r.Fingerprint).Distinct().Count().ShouldBe(requests.Length);
    }

    [Fact]
    public void Inputs_are_found_wherever_they_are_named_and_keep_their_paths_out_of_the_fingerprint()
    {
        var file = _folder.Write("a.csv", "rows");
        var request = Of(new { sets = new Dictionary<string, InputFile[]> { ["train"] = [new(file)] }, layer = 2 });
        request.Inputs.ShouldBe([new StageInput("sets.train[0]", file, ContentHash.Of("rows"))]);
        request.Canonical.ShouldBe(
            $$$"""{"library":"{{{Library}}}","request":{"layer":2,"sets":{"train":[{"$sha256":"{{{ContentHash.Of("rows")}}}"}]}},"stage":"stage"}""");
    }

    [Fact]
    public void A_request_read_from_a_file_may_name_its_inputs_by_plain_paths()
        => JsonSerializer.Deserialize<InputFile[]>("""["a.csv", {"$file": "a.csv"}]""").ShouldBe([new InputFile("a.csv"), new InputFile("a.csv")]);

    [Fact]
    public void A_stage_that_ran_again_and_wrote_the_same_changes_nothing_further_down()
    {
        using var store = new ArtifactStore(_folder["store"]);
        StageRequest Downstream(int parameter) => Of(new
        {
            scores = store.GetOrCreate(Of(new { parameter }), b => File.WriteAllText(b.PathOf("scores.txt"), $"{parameter / 2}")).AsInputs(),
        });
        Downstream(2).Fingerprint.ShouldBe(Downstream(3).Fingerprint);
        Downstream(2).Fingerprint.ShouldNotBe(Downstream(4).Fingerprint);
    }

    [Fact]
    public void A_missing_input_is_an_error_that_names_the_parameter_and_the_file()
    {
        var error = Should.Throw<AttributionException>(() => Of(new { eval = new { prompts = new InputFile(_folder["none.json"]) } }));
        (error.Code, error.Property, error.File).ShouldBe((ErrorCodes.InputUnreadable, "eval.prompts", _folder["none.json"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../up")]
    [InlineData("a/b")]
    [InlineData(".tmp")]
    [InlineData("damaged")]
    [InlineData("Upper")]
    public void A_stages_name_must_be_a_folders(string name)
        => Should.Throw<AttributionException>(() => StageRequest.Resolve(name, new { }, _hasher, Library)).Code.ShouldBe(ErrorCodes.StageNameInvalid);

    [Fact]
    public void The_library_counts_by_what_was_compiled_and_not_by_the_commit_it_was_compiled_at()
    {
        typeof(LibraryHash).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.ShouldNotContain("+");
        LibraryHash.With([]).ShouldBe(LibraryHash.Current);
    }

    [Fact]
    public void Plug_ins_count_and_their_order_does_not()
    {
        Assembly one = typeof(StageRequestTests).Assembly, two = typeof(Child.StoreWork).Assembly;
        LibraryHash.With(one).ShouldNotBe(LibraryHash.Current);
        LibraryHash.With(one, two).ShouldBe(LibraryHash.With(two, one));
    }

    private StageRequest Of(object request) => StageRequest.Resolve("stage", request, _hasher, Library);
}
