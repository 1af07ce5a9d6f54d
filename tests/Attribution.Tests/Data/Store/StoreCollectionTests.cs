using Attribution.Data.Store;
using Attribution.Diagnostics;

namespace Attribution.Tests.Data.Store;

public sealed class StoreCollectionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FileHasher _hasher = new();

    public void Dispose()
    {
        _hasher.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void What_an_experiment_needs_stays_with_all_that_it_was_computed_from()
    {
        ContentHash old, kept;
        using (var store = Open())
        {
            Artifact Chain(string name)
            {
                var block = Create(store, "block", new { name }, name);
                var vectors = Create(store, "vectors", new { blocks = block.AsInputs() }, name + " vectors");
                return Create(store, "scores", new { vectors = new InputFile(vectors.PathOf("file")) }, name + " scores");
            }
            old = Chain("old").Fingerprint;
            kept = Chain("kept").Fingerprint;
        }
        var result = StoreCollection.Run(Root, new CollectionPolicy(Keep: () => [kept]));
        (result.Removed.Count, result.Kept).ShouldBe((3, 3));
        result.Removed.ShouldContain(a => a.Fingerprint == old);
        using var after = Open();
        StoreInventory.List(after).Select(a => a.Stage).ShouldBe(["block", "scores", "vectors"]);
        StoreInventory.List(after).ShouldContain(a => a.Fingerprint == kept);
    }

    [Fact]
    public void Only_what_nobody_has_taken_for_long_goes_by_age()
    {
        using (var store = Open())
        {
            foreach (var name in new[] { "unused", "used" })
                Directory.SetLastWriteTimeUtc(Create(store, "block", new { name }, name).Folder, DateTime.UtcNow.AddDays(-40));
            Create(store, "block", new { name = "used" }, "used").Produced.ShouldBeFalse();
        }
        var removed = StoreCollection.Run(Root, new CollectionPolicy(UnusedFor: TimeSpan.FromDays(30))).Removed.ShouldHaveSingleItem();
        removed.Manifest!.Outputs[0].Hash.ShouldBe(ContentHash.Of("unused"));
    }

    [Fact]
    public void The_least_recently_used_go_first_by_size_and_a_pretence_removes_nothing()
    {
        using (var store = Open())
            for (var day = 1; day <= 4; day++)
                Directory.SetLastWriteTimeUtc(Create(store, "block", new { day }, $"{day}{new string('x', 99)}").Folder, DateTime.UtcNow.AddDays(-day));
        var policy = new CollectionPolicy(LargestBytes: 250);
        foreach (var pretend in new[] { true, false })
        {
            var result = StoreCollection.Run(Root, policy, pretend);
            result.Removed.Select(a => (int)Math.Round((DateTime.UtcNow - a.LastUsed).TotalDays)).Order().ShouldBe([3, 4]);
            (result.Kept, result.KeptBytes, result.FreedBytes).ShouldBe((2, 200, 200));
        }
        using var after = Open();
        StoreInventory.List(after).Count().ShouldBe(2);
    }

    [Fact]
    public void Damaged_artifacts_and_leftovers_go_too()
    {
        using (var store = Open())
        {
            File.Delete(Create(store, "block", new { }, "x").PathOf("file"));
            Create(store, "block", new { }, "x");
        }
        _folder.Write("store/.tmp/block~00~1/file", "half");
        var result = StoreCollection.Run(Root, new CollectionPolicy(UnusedFor: TimeSpan.FromDays(1)));
        (result.Removed.Count, result.Debris).ShouldBe((0, 2));
        Directory.EnumerateFileSystemEntries(_folder["store", "damaged"]).ShouldBeEmpty();
        Directory.EnumerateFileSystemEntries(_folder["store", ".tmp"]).ShouldBeEmpty();
    }

    [Fact]
    public void A_store_in_use_is_not_collected()
    {
        using var store = Open();
        Create(store, "block", new { }, "x");
        Should.Throw<AttributionException>(() => StoreCollection.Run(Root, new CollectionPolicy(LargestBytes: 0))).Code.ShouldBe(ErrorCodes.StoreInUse);
        Create(store, "block", new { }, "x").Produced.ShouldBeFalse();
    }

    // A list from before would miss what a build has made since.
    [Fact]
    public void What_stays_is_asked_once_no_build_can_add_to_it()
    {
        ContentHash kept;
        using (var store = Open())
            kept = Create(store, "block", new { }, "x").Fingerprint;
        StoreCollection.Run(Root, new CollectionPolicy(Keep: () =>
        {
            Should.Throw<AttributionException>(() => StoreCollection.Run(Root, new CollectionPolicy(LargestBytes: 0))).Code.ShouldBe(ErrorCodes.StoreInUse);
            return [kept];
        })).Kept.ShouldBe(1);
    }

    [Fact]
    public void A_collection_that_says_nothing_of_what_may_go_is_an_error()
        => Should.Throw<AttributionException>(() => StoreCollection.Run(Root, new CollectionPolicy())).Code.ShouldBe(ErrorCodes.CollectionUnbounded);

    [Fact]
    public void A_store_that_is_not_there_is_empty()
        => StoreCollection.Run(_folder["nowhere"], new CollectionPolicy(LargestBytes: 0)).Kept.ShouldBe(0);

    private string Root => _folder["store"];

    private ArtifactStore Open() => new(Root, _hasher);

    private Artifact Create(ArtifactStore store, string stage, object request, string content)
        => store.GetOrCreate(StageRequest.Resolve(stage, request, _hasher, ContentHash.Of("library")), b => File.WriteAllText(b.PathOf("file"), content));
}
