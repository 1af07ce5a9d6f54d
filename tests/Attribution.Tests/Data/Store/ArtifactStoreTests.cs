using Attribution.Data.Store;
using Attribution.Diagnostics;

namespace Attribution.Tests.Data.Store;

public sealed class ArtifactStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<StoreEvent> _events = [];
    private readonly FileHasher _hasher;
    private readonly ArtifactStore _store;
    private int _produced;

    public ArtifactStoreTests()
    {
        _hasher = new FileHasher(_folder["hashes"], new LaterClock());
        _store = new ArtifactStore(_folder["store"], _hasher, _events.Add);
    }

    public void Dispose()
    {
        _store.Dispose();
        _hasher.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_result_is_computed_once_and_taken_ever_after()
    {
        var first = _store.GetOrCreate(Request(1), Produce);
        var second = _store.GetOrCreate(Request(1), Produce);
        (first.Produced, second.Produced, _produced).ShouldBe((true, false, 1));
        second.Outputs.ShouldBe(first.Outputs);
        File.ReadAllText(second.PathOf("deep/b.txt")).ShouldBe("content of b");
        _store.GetOrCreate(Request(2), Produce).Produced.ShouldBeTrue();
        _events.ShouldBeEmpty();
    }

    [Fact]
    public void The_manifest_says_what_was_asked_from_what_by_what_and_what_came_of_it()
    {
        var input = _folder.Write("rows.csv", "rows");
        var request = StageRequest.Resolve("vectors", new { train = new InputFile(input) }, _hasher, ContentHash.Of("library"));
        var manifest = _store.GetOrCreate(request, builder =>
        {
            builder.Device = "cuda:0";
            builder.Versions["libtorch"] = "2.11";
            Produce(builder);
        }).ReadManifest();
        CanonicalJson.Write(manifest.Request).ShouldBe(request.Canonical);
        manifest.Inputs.ShouldBe([new StageInput("train", input, ContentHash.Of("rows"))]);
        manifest.Outputs.ShouldBe([new OutputFile("a.txt", 12, ContentHash.Of("content of a")),
            new OutputFile("deep/b.txt", 12, ContentHash.Of("content of b"))]);
        manifest.Device.ShouldBe("cuda:0");
        manifest.Versions.Keys.ShouldBe(["attribution", ".net", "libtorch"], ignoreOrder: true);
        (DateTime.UtcNow - manifest.Created).ShouldBeLessThan(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Nobody_sees_a_result_before_it_is_finished_nor_one_that_failed()
    {
        var request = Request(1);
        Should.Throw<InvalidOperationException>(() => _store.GetOrCreate(request, builder =>
        {
            Produce(builder);
            _store.Contains(request).ShouldBeFalse();
            _store.TryGet(request).ShouldBeNull();
            throw new InvalidOperationException("the stage failed");
        }));
        _store.TryGet(request).ShouldBeNull();
        Directory.EnumerateFileSystemEntries(_folder["store", ".tmp"]).ShouldBeEmpty();
        _store.GetOrCreate(request, Produce).Produced.ShouldBeTrue();
    }

    public static TheoryData<string, Action<string>> Damages => new()
    {
        { "a file cut short", f => Cut(Path.Combine(f, "a.txt")) },
        { "a file made longer", f => File.AppendAllText(Path.Combine(f, "a.txt"), "x") },
        { "a byte flipped", f => Flip(Path.Combine(f, "deep/b.txt"), 3) },
        { "a file deleted", f => File.Delete(Path.Combine(f, "deep/b.txt")) },
        { "a folder deleted", f => Directory.Delete(Path.Combine(f, "deep"), true) },
        { "a folder in a file's place", f => { File.Delete(Path.Combine(f, "a.txt")); Directory.CreateDirectory(Path.Combine(f, "a.txt")); } },
        { "the manifest deleted", f => File.Delete(Path.Combine(f, "manifest.json")) },
        { "the manifest cut short", f => Cut(Path.Combine(f, "manifest.json")) },
        { "the manifest empty", f => File.WriteAllText(Path.Combine(f, "manifest.json"), "") },
        { "the manifest of nothing", f => File.WriteAllText(Path.Combine(f, "manifest.json"), "null") },
        { "everything deleted", f => { Directory.Delete(f, true); Directory.CreateDirectory(f); } },
    };

    [Theory, MemberData(nameof(Damages))]
    public void Damage_is_noticed_set_aside_recomputed_and_said(string what, Action<string> damage)
    {
        what.ShouldNotBeEmpty();
        var artifact = _store.GetOrCreate(Request(1), Produce);
        // Read once, so that the hashes are remembered: that must not hide what happens now.
        _store.TryGet(Request(1)).ShouldNotBeNull();
        damage(artifact.Folder);

        var again = _store.GetOrCreate(Request(1), Produce);
        again.Produced.ShouldBeTrue();
        _produced.ShouldBe(2);
        again.Outputs.ShouldBe(artifact.Outputs);
        Directory.EnumerateDirectories(_folder["store", "damaged"]).Count().ShouldBe(1);
        var said = _events.ShouldHaveSingleItem();
        (said.Kind, said.Code).ShouldBe((StoreEventKind.Damaged, ErrorCodes.StoreDamaged));
        _store.GetOrCreate(Request(1), Produce).Produced.ShouldBeFalse();
    }

    [Fact]
    public void No_flipped_bit_of_a_manifest_changes_what_it_says_unnoticed()
    {
        var artifact = _store.GetOrCreate(Request(1), Produce);
        var path = Path.Combine(artifact.Folder, "manifest.json");
        var whole = File.ReadAllBytes(path);
        var said = CanonicalJson.Write(artifact.ReadManifest());
        var random = new Random(1);
        for (var i = 0; i < whole.Length; i++)
        {
            var flipped = whole.ToArray();
            flipped[i] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, flipped);
            if (Manifest.Read(artifact.Folder, out _) is { } read)
                CanonicalJson.Write(read).ShouldBe(said);
        }
    }

    [Fact]
    public void The_artifact_of_another_request_in_its_place_is_noticed()
    {
        var one = _store.GetOrCreate(Request(1), Produce);
        var two = _store.GetOrCreate(Request(2), Produce);
        Directory.Delete(one.Folder, true);
        Directory.Move(two.Folder, one.Folder);
        _store.TryGet(Request(1)).ShouldBeNull();
        _events.ShouldHaveSingleItem().Message.ShouldContain(two.Fingerprint.Short);
    }

    [Fact]
    public void A_look_changes_nothing_not_even_what_is_damaged()
    {
        var artifact = _store.GetOrCreate(Request(1), Produce);
        Cut(artifact.PathOf("a.txt"));
        _store.Contains(Request(1)).ShouldBeFalse();
        Directory.Exists(artifact.Folder).ShouldBeTrue();
        _events.ShouldBeEmpty();
    }

    [Fact]
    public void An_unchanged_result_is_not_read_again_but_a_verification_reads_all()
    {
        _store.GetOrCreate(Request(1), Produce);
        _store.TryGet(Request(1)).ShouldNotBeNull();
        var read = _hasher.FilesRead;
        _store.TryGet(Request(1)).ShouldNotBeNull();
        _hasher.FilesRead.ShouldBe(read);
        StoreInventory.Verify(_store).ToArray().ShouldHaveSingleItem().Damage.ShouldBeNull();
        _hasher.FilesRead.ShouldBe(read + 2);
    }

    [Fact]
    public void A_verification_names_what_is_damaged_and_sets_it_aside()
    {
        var whole = _store.GetOrCreate(Request(1), Produce);
        var damaged = _store.GetOrCreate(Request(2), Produce);
        Flip(damaged.PathOf("a.txt"), 0);
        StoreInventory.List(_store).ShouldAllBe(a => a.Damage == null);
        var verified = StoreInventory.Verify(_store).ToDictionary(a => a.Fingerprint, a => a.Damage);
        verified[whole.Fingerprint].ShouldBeNull();
        verified[damaged.Fingerprint]!.ShouldContain("a.txt");
        StoreInventory.List(_store).ShouldHaveSingleItem().Fingerprint.ShouldBe(whole.Fingerprint);
    }

    [Fact]
    public void A_stage_that_wrote_what_cannot_be_kept_is_an_error()
    {
        Action<ArtifactBuilder>[] bad =
        [
            _ => { },
            b => File.WriteAllText(b.PathOf("manifest.json"), "{}"),
            b => File.CreateSymbolicLink(b.PathOf("link"), _folder.Write("target", "x")),
        ];
        foreach (var produce in bad)
            Should.Throw<AttributionException>(() => _store.GetOrCreate(Request(1), produce)).Code.ShouldBe(ErrorCodes.OutputInvalid);
        _store.GetOrCreate(Request(1), Produce).Produced.ShouldBeTrue();
    }

    [Fact]
    public void A_file_that_an_artifact_does_not_have_is_an_error_that_lists_what_it_has()
        => Should.Throw<AttributionException>(() => _store.GetOrCreate(Request(1), Produce).PathOf("c.txt")).Message.ShouldContain("a.txt, deep/b.txt");

    [Fact]
    public async Task Threads_at_once_do_the_work_once_and_the_others_say_that_they_wait()
    {
        using var waiting = new CountdownEvent(3);
        using var store = new ArtifactStore(_store.Root, _hasher, e =>
        {
            e.Kind.ShouldBe(StoreEventKind.Waiting);
            waiting.Signal();
        });
        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(() => store.GetOrCreate(Request(1), builder =>
        {
            waiting.Wait();
            Produce(builder);
        }), TaskCreationOptions.LongRunning)));
        results.Count(r => r.Produced).ShouldBe(1);
        _produced.ShouldBe(1);
    }

    [Fact]
    public void A_wait_for_another_can_be_cancelled()
    {
        using var stop = new CancellationTokenSource();
        _store.GetOrCreate(Request(1), builder =>
        {
            using var other = new ArtifactStore(_store.Root, _hasher, e => stop.Cancel());
            Should.Throw<OperationCanceledException>(() => other.GetOrCreate(Request(1), Produce, stop.Token));
            Produce(builder);
        }).Produced.ShouldBeTrue();
    }

    private StageRequest Request(int parameter) => StageRequest.Resolve("vectors", new { parameter }, _hasher, ContentHash.Of("library"));

    private void Produce(ArtifactBuilder builder)
    {
        Interlocked.Increment(ref _produced);
        File.WriteAllText(builder.PathOf("a.txt"), "content of a");
        File.WriteAllText(builder.PathOf("deep/b.txt"), "content of b");
    }

    private static void Cut(string path) => File.WriteAllBytes(path, File.ReadAllBytes(path)[..^2]);

    private static void Flip(string path, int at)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[at] ^= 1;
        File.WriteAllBytes(path, bytes);
    }
}
