using Attribution.Data.Store;
using Attribution.Data.Store.Journals;
using Attribution.Diagnostics;

namespace Attribution.Tests.Data.Store;

public sealed class JournalTests : IDisposable
{
    private static readonly ContentHash Group = ContentHash.Of("group");

    private readonly TemporaryFolder _folder = new();
    private readonly List<StoreEvent> _events = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_entry_is_produced_once_and_there_for_whoever_opens_the_store_later()
    {
        using (var store = Open())
        using (var journal = Journal.Open(store, Group, "{}"))
        {
            (await AddAsync(journal, 1)).ShouldBe(("\"value 1\"", true));
            (await AddAsync(journal, 1)).ShouldBe(("\"value 1\"", false));
        }
        using var again = Open();
        using var later = Journal.Open(again, Group, "{}");
        (await AddAsync(later, 1)).ShouldBe(("\"value 1\"", false));
        later.Count.ShouldBe(1);
        Directory.EnumerateFiles(later.Folder, "*.journal").Count().ShouldBe(1);
    }

    [Fact]
    public async Task Callers_at_once_share_one_production_and_other_processes_see_it()
    {
        using var store = Open();
        using Journal one = Journal.Open(store, Group, "{}"), other = Journal.Open(store, Group, "{}");
        var produced = 0;
        var all = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => (i % 2 == 0 ? one : other).GetOrAddAsync(Key(i / 20), async token =>
        {
            Interlocked.Increment(ref produced);
            await Task.Delay(30, token);
            return "1";
        }, default)));
        produced.ShouldBe(2);
        all.Count(a => a.Produced).ShouldBe(2);
    }

    [Fact]
    public async Task What_fails_is_not_kept_and_does_not_hinder_the_next()
    {
        using var store = Open();
        using var journal = Journal.Open(store, Group, "{}");
        await Should.ThrowAsync<TimeoutException>(() => journal.GetOrAddAsync(Key(1), _ => throw new TimeoutException(), default));
        (await AddAsync(journal, 1)).Produced.ShouldBeTrue();
    }

    [Fact]
    public async Task Half_a_line_at_the_end_of_a_killed_process_is_no_entry_and_no_damage()
    {
        var path = await FillAsync(3);
        var whole = File.ReadAllBytes(path);
        for (var cut = 1; cut < whole.Length / 3; cut += 7)
        {
            File.WriteAllBytes(path, whole[..^cut]);
            using var store = Open();
            using var journal = Journal.Open(store, Group, "{}");
            journal.Count.ShouldBe(2);
            StoreInventory.Verify(store).ShouldHaveSingleItem().Damage.ShouldBeNull();
        }
        _events.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_damaged_entry_is_told_of_asked_for_again_and_set_aside_by_a_verification_without_the_others()
    {
        var path = await FillAsync(3);
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
        using (var store = Open())
        using (var journal = Journal.Open(store, Group, "{}"))
        {
            journal.Count.ShouldBe(2);
            _events.ShouldHaveSingleItem().Code.ShouldBe(ErrorCodes.ReplyDamaged);
            (await AddAsync(journal, 1)).Produced.ShouldBeTrue();
        }
        using var again = Open();
        StoreInventory.Verify(again).ToArray().ShouldHaveSingleItem().Damage.ShouldBe("1 of its 4 entries are not what was written");
        StoreInventory.Verify(again).ToArray().ShouldHaveSingleItem().Damage.ShouldBeNull();
        Directory.EnumerateFiles(_folder["store", "damaged"], "*.journal", SearchOption.AllDirectories).ShouldHaveSingleItem();
        using var mended = Journal.Open(again, Group, "{}");
        mended.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_collection_that_keeps_experiments_keeps_replies_and_one_by_age_removes_them()
    {
        await FillAsync(3);
        var folder = Directory.EnumerateDirectories(_folder["store", Journal.StageName]).Single();
        Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow.AddDays(-9));
        StoreCollection.Run(_folder["store"], new CollectionPolicy(Keep: () => [ContentHash.Of("an artifact")])).Kept.ShouldBe(1);
        StoreCollection.Run(_folder["store"], new CollectionPolicy(UnusedFor: TimeSpan.FromDays(10))).Kept.ShouldBe(1);
        var removed = StoreCollection.Run(_folder["store"], new CollectionPolicy(UnusedFor: TimeSpan.FromDays(8))).Removed.ShouldHaveSingleItem();
        (removed.Stage, removed.Fingerprint).ShouldBe((Journal.StageName, Group));
        Directory.Exists(folder).ShouldBeFalse();
    }

    private ArtifactStore Open() => new(_folder["store"], notify: _events.Add);

    private static ContentHash Key(int number) => ContentHash.Of($"key {number}");

    private static Task<(string Value, bool Produced)> AddAsync(Journal journal, int number) =>
        journal.GetOrAddAsync(Key(number), _ => Task.FromResult($"\"value {number}\""), default);

    private async Task<string> FillAsync(int entries)
    {
        using var store = Open();
        using var journal = Journal.Open(store, Group, "{}");
        for (var i = 0; i < entries; i++)
            await AddAsync(journal, i);
        return Directory.EnumerateFiles(journal.Folder, "*.journal").Single();
    }
}
