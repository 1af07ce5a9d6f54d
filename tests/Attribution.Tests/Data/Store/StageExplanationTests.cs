using Attribution.Data.Store;

namespace Attribution.Tests.Data.Store;

public sealed class StageExplanationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ArtifactStore _store;

    public StageExplanationTests() => _store = new ArtifactStore(_folder["store"]);

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_stage_is_to_run_then_up_to_date_and_after_a_change_back_in_the_store()
    {
        Explain(Request(topK: 1)).ShouldBe((StageState.ToRun, "it has not run here before"));
        Run(Request(topK: 1));
        Explain(Request(topK: 1)).ShouldBe((StageState.UpToDate, "nothing changed"));
        Explain(Request(topK: 2)).ShouldBe((StageState.ToRun, "topK: 1 -> 2"));
        Run(Request(topK: 2));
        Explain(Request(topK: 1)).ShouldBe((StageState.InStore, "topK: 2 -> 1"));
        Directory.Delete(_store.Root, recursive: true);
        Explain(Request(topK: 2)).State.ShouldBe(StageState.ToRun);
    }

    [Fact]
    public void What_differs_is_named_parameters_by_value_and_inputs_by_file()
    {
        var old = _folder.Write("old.csv", "old");
        var now = _folder.Write("new.csv", "new");
        var last = LastRun.Of(Resolve(new { layers = new[] { 1, 2 }, only = "here", same = 1, train = new InputFile(old) }, "library"));
        var request = Resolve(new { layers = new[] { 1, 3, 4 }, added = new { deep = true }, same = 1.0, train = new InputFile(now) }, "new library");
        StageExplanation.Of(request, last, _store).Differences.ShouldBe(
        [
            new("$library", ContentHash.Of("library").Short, ContentHash.Of("new library").Short),
            new("added.deep", null, "true"),
            new("layers[1]", "2", "3"),
            new("layers[2]", null, "4"),
            new("only", "\"here\"", null),
            new("train", $"{old} ({ContentHash.Of("old").Short})", $"{now} ({ContentHash.Of("new").Short})"),
        ]);
    }

    [Fact]
    public void A_moved_or_touched_input_is_no_difference()
    {
        Run(Resolve(new { train = new InputFile(_folder.Write("a.csv", "rows")) }, "library"));
        Explain(Resolve(new { train = new InputFile(_folder.Write("b.csv", "rows")) }, "library")).State.ShouldBe(StageState.UpToDate);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("""{"stage":"vectors","fingerprint":"12","request":{},"inputs":[]}""")]
    public void A_record_that_cannot_be_read_is_as_none(string content)
    {
        File.WriteAllText(Record, content);
        LastRun.TryRead(Record).ShouldBeNull();
    }

    [Fact]
    public void The_records_of_experiments_tell_what_they_want_kept()
    {
        Run(Request(topK: 1));
        LastRun.FingerprintsBelow(_folder.Path).ShouldBe([Request(topK: 1).Fingerprint]);
    }

    private string Record => _folder["select" + LastRun.FileSuffix];

    private StageRequest Request(int topK) => Resolve(new { topK }, "library");

    private StageRequest Resolve(object request, string library) => StageRequest.Resolve("select", request, _store.Hasher, ContentHash.Of(library));

    private void Run(StageRequest request)
    {
        _store.GetOrCreate(request, b => File.WriteAllText(b.PathOf("file"), "x"));
        LastRun.Of(request).Save(Record);
    }

    private (StageState State, string Reason) Explain(StageRequest request)
    {
        var explanation = StageExplanation.Of(request, LastRun.TryRead(Record), _store);
        return (explanation.State, explanation.Reason);
    }
}
