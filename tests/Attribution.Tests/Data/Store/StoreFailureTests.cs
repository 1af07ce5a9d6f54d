using Attribution.Data;
using Attribution.Data.Store;
using Attribution.Diagnostics;

namespace Attribution.Tests.Data.Store;

public sealed class StoreFailureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FileHasher _hasher = new();

    public void Dispose()
    {
        _hasher.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_full_disk_in_the_middle_of_a_stage_is_a_clear_error_and_the_store_stays_valid()
    {
        if (!File.Exists("/dev/full"))
            return;
        using var store = new ArtifactStore(_folder["store"]);
        var error = Should.Throw<AttributionException>(() => store.GetOrCreate(Request(1), b =>
        {
            File.WriteAllText(b.PathOf("begun"), "x");
            // A library may wrap what the system said.
            try
            {
                File.WriteAllText("/dev/full", "x");
            }
            catch (IOException e)
            {
                throw new InvalidOperationException("writing the table failed", e);
            }
        }));
        error.Code.ShouldBe(ErrorCodes.StoreFull);
        StoreInventory.List(store).ShouldBeEmpty();
        store.GetOrCreate(Request(1), b => File.WriteAllText(b.PathOf("x"), "x")).Produced.ShouldBeTrue();
    }

    [TmpfsFact]
    public void Wherever_a_disk_runs_full_the_error_is_clear_and_what_was_finished_stays()
    {
        using var disk = new Tmpfs(kibibytes: 512);
        using var store = new ArtifactStore(disk.Path, _hasher);
        var finished = store.GetOrCreate(Request(0), Write(16));
        // Full to the last page, and then one page after another given back: it runs out at the stage's file, then at the manifest.
        using var ballast = File.Create(Path.Combine(disk.Path, "ballast"));
        var room = new DriveInfo(disk.Path).AvailableFreeSpace;
        ballast.Write(new byte[room]);
        ballast.Flush();
        var failures = 0;
        while (true)
        {
            try
            {
                store.GetOrCreate(Request(1), Write(4)).Produced.ShouldBeTrue();
                break;
            }
            catch (AttributionException e)
            {
                e.Code.ShouldBe(ErrorCodes.StoreFull);
                failures++;
                StoreInventory.Verify(store).ShouldHaveSingleItem().Damage.ShouldBeNull();
                store.TryGet(Request(0))!.Outputs.ShouldBe(finished.Outputs);
            }
            ballast.SetLength(ballast.Length - 4096);
        }
        failures.ShouldBeGreaterThanOrEqualTo(2);
        StoreInventory.Verify(store).Count(a => a.Damage is null).ShouldBe(2);
    }

    [TmpfsFact]
    public void Hashes_that_do_not_fit_on_the_disk_are_not_remembered_and_nothing_else_is_lost()
    {
        using var disk = new Tmpfs(kibibytes: 64);
        var cache = Path.Combine(disk.Path, "hashes");
        File.WriteAllText(cache, "");
        using (var ballast = File.Create(Path.Combine(disk.Path, "ballast")))
            ballast.Write(new byte[new DriveInfo(disk.Path).AvailableFreeSpace]);
        using var folder = new TemporaryFolder();
        folder.Write("x", "content");
        using (var hasher = new FileHasher(cache, new LaterClock()))
            hasher.HashFile(folder["x"]).ShouldBe(ContentHash.Of("content"));
        new FileInfo(cache).Length.ShouldBe(0);
    }

    [TmpfsFact]
    public void A_table_that_does_not_fit_on_the_disk_is_the_same_error_and_leaves_nothing()
    {
        var random = new Random(1);
        var digits = "0123456789abcdef".ToCharArray();
        DatasetRow[] rows = [.. Enumerable.Range(0, 2100).Select(i => new DatasetRow(
            i, new MessageConversation([new("assistant", string.Concat(random.GetItems(digits, 2000)))]), null))];
        foreach (var kibibytes in new[] { 320, 768, 1600 })
            foreach (var write in (Action<ArtifactBuilder>[])[b => Vectors(b.PathOf("scores.parquet")), b => DatasetRows.Write(b.PathOf("data.parquet"), rows)])
            {
                using var disk = new Tmpfs(kibibytes);
                using var store = new ArtifactStore(disk.Path, _hasher);
                Should.Throw<AttributionException>(() => store.GetOrCreate(Request(1), write)).Code.ShouldBe(ErrorCodes.StoreFull);
                StoreInventory.List(store).ShouldBeEmpty();
                Directory.GetFiles(disk.Path, "*.partial", SearchOption.AllDirectories).ShouldBeEmpty();
            }

        static void Vectors(string path)
        {
            using var writer = new VectorTableWriter(path, 1024);
            for (var row = 0; row < 4000; row++)
                writer.Append(row, 0, new float[1024]);
            writer.Complete();
        }
    }

    [TmpfsFact]
    public void A_store_that_may_only_be_read_is_read_and_not_written()
    {
        using var disk = new Tmpfs(kibibytes: 512);
        var events = new List<StoreEvent>();
        using (var writer = new ArtifactStore(disk.Path, _hasher))
        {
            writer.GetOrCreate(Request(1), Write(1));
            File.AppendAllText(writer.GetOrCreate(Request(2), Write(1)).PathOf("file"), "damage");
        }
        disk.MakeReadOnly();

        using var store = new ArtifactStore(disk.Path, notify: events.Add);
        store.GetOrCreate(Request(1), _ => throw new InvalidOperationException("it is there")).Produced.ShouldBeFalse();
        store.TryGet(Request(2)).ShouldBeNull();
        events.ShouldHaveSingleItem().Message.ShouldContain("stays where it is");
        Should.Throw<AttributionException>(() => store.GetOrCreate(Request(3), Write(1))).Code.ShouldBe(ErrorCodes.StoreNotWritable);
        Should.Throw<AttributionException>(() => StoreCollection.Run(disk.Path,
            new CollectionPolicy(LargestBytes: 0))).Code.ShouldBe(ErrorCodes.StoreNotWritable);
        StoreInventory.Verify(store).Select(a => a.Damage is null).ShouldBe([true, false], ignoreOrder: true);
    }

    [Fact]
    public void A_file_in_the_stores_place_is_a_clear_error()
    {
        using var store = new ArtifactStore(_folder.Write("store", "a file"));
        store.TryGet(Request(1)).ShouldBeNull();
        Should.Throw<AttributionException>(() => store.GetOrCreate(Request(1), Write(1))).Code.ShouldBe(ErrorCodes.StoreFailed);
    }

    private StageRequest Request(int parameter) => StageRequest.Resolve("vectors", new { parameter }, _hasher, ContentHash.Of("library"));

    private static Action<ArtifactBuilder> Write(int kibibytes) => builder => File.WriteAllBytes(builder.PathOf("file"), new byte[1024 * kibibytes]);
}
