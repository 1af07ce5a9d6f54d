using Attribution.Data.Store;
using Attribution.Data.Store.Journals;
using Attribution.Diagnostics;

namespace Attribution.Tests.Data.Store;

/// <summary>Several machines with one store, on a file system that makes it hard for them.</summary>
public sealed class NetworkStoreTests : IDisposable
{
    private static readonly TimeSpan Long = Lease.Lapse + TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_store_is_not_collected_under_a_build_of_another_machine(bool locksAreLocal)
    {
        var server = new NetworkFiles.Server { LocksAreLocal = locksAreLocal };
        NetworkFiles a = new("a", server), b = new("b", server);
        using var build = Open(a);
        Make(build, 1).Produced.ShouldBeTrue();
        NetworkFiles.Pass(TimeSpan.FromHours(1), server, a, b);
        Should.Throw<AttributionException>(() => Collect(b)).Code.ShouldBe(ErrorCodes.StoreInUse);
        a.Kill();
        if (locksAreLocal)
            Should.Throw<AttributionException>(() => Collect(b), "it may be alive").Code.ShouldBe(ErrorCodes.StoreInUse);
        NetworkFiles.Pass(Long, server, a, b);
        Collect(b).Removed.Count.ShouldBe(1);
    }

    [Fact]
    public void A_build_waits_while_another_machine_collects()
    {
        var server = new NetworkFiles.Server { LocksAreLocal = true };
        NetworkFiles a = new("a", server), b = new("b", server);
        var layout = new StoreLayout(_folder["store"]);
        using (StoreUse.EnterAlone(layout, b))
        {
            NetworkFiles.Pass(Long, server, a, b);
            StoreUse.TryEnter(layout, a).ShouldBeNull();
        }
        using var entered = StoreUse.TryEnter(layout, a);
        entered.ShouldNotBeNull();
    }

    [Fact]
    public void A_lock_that_another_machine_lets_go_of_while_it_is_opened_is_taken()
    {
        var machine = new NetworkFiles("a", new NetworkFiles.Server()) { Stale = 3 };
        using var store = Open(machine);
        Make(store, 1).Produced.ShouldBeTrue();
        machine.Stale.ShouldBeLessThan(0);
        machine.Stale = int.MaxValue;
        Should.Throw<AttributionException>(() => Make(store, 2), "it never ends").Code.ShouldBe(ErrorCodes.StoreFailed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_another_machine_is_writing_is_neither_swept_nor_computed_again(bool locksAreLocal)
    {
        var server = new NetworkFiles.Server { LocksAreLocal = locksAreLocal };
        NetworkFiles a = new("a", server), b = new("b", server);
        using var first = Open(a);
        var made = first.GetOrCreate(Request(first, 1), builder =>
        {
            NetworkFiles.Pass(TimeSpan.FromHours(1), server, a, b);
            using (var second = Open(b))
            {
                Make(second, 2).Produced.ShouldBeTrue();
                second.GetOrCreateUnlessHeld(Request(second, 1), _ => throw new InvalidOperationException("twice"), default).ShouldBeNull();
            }
            Directory.Exists(builder.Folder).ShouldBeTrue();
            File.WriteAllText(builder.PathOf("file"), "1");
        });
        made.Produced.ShouldBeTrue();
    }

    [Fact]
    public void What_a_dead_machine_was_writing_is_swept_once_it_has_said_nothing_for_long()
    {
        var server = new NetworkFiles.Server { LocksAreLocal = true };
        NetworkFiles a = new("a", server), b = new("b", server);
        var layout = new StoreLayout(_folder["store"]);
        var left = Directory.CreateDirectory(layout.NewTemporary("vectors", ContentHash.Of("x"), "a")).FullName;
        Directory.SetLastWriteTimeUtc(left, server.Now);
        using var held = StoreLock.TryAcquire(layout.LockFileOf(left), a);
        a.Kill();
        using (var store = Open(b))
            Make(store, 1);
        Directory.Exists(left).ShouldBeTrue();
        NetworkFiles.Pass(Long, server, a, b);
        using (var store = Open(b))
            Make(store, 2);
        Directory.Exists(left).ShouldBeFalse();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_lock_that_outlives_its_machine_is_taken_over_and_one_of_a_living_machine_never(bool locksAreLocal)
    {
        var server = new NetworkFiles.Server { LocksAreLocal = locksAreLocal, LocksLinger = true };
        NetworkFiles a = new("a", server), b = new("b", server);
        var path = _folder["locks", "one"];
        using var held = StoreLock.TryAcquire(path, a);
        NetworkFiles.Pass(TimeSpan.FromDays(1), server, a, b);
        StoreLock.TryAcquire(path, b).ShouldBeNull();
        a.Kill();
        StoreLock.TryAcquire(path, b).ShouldBeNull("it may be alive");
        NetworkFiles.Pass(Long, server, a, b);
        using var taken = StoreLock.TryAcquire(path, b);
        taken.ShouldNotBeNull();
        StoreLock.TryAcquire(path, new NetworkFiles("c", server)).ShouldBeNull();
    }

    [Fact]
    public void A_killed_process_leaves_its_unit_at_once_to_machines_that_its_locks_have_kept_out()
    {
        var server = new NetworkFiles.Server();
        NetworkFiles a = new("a", server), b = new("b", server), c = new("c", server);
        using var held = StoreLock.TryAcquire(_folder["one"], a);
        StoreLock.TryAcquire(_folder["one"], b).ShouldBeNull();
        a.Kill();
        StoreLock.TryAcquire(_folder["one"], c).ShouldBeNull("it may be a lock that this machine cannot see");
        using var taken = StoreLock.TryAcquire(_folder["one"], b);
        taken.ShouldNotBeNull();
    }

    // On one machine the operating system knows who lives: a process that was halted for long still holds its lock.
    [Fact]
    public void A_lock_of_this_machine_does_not_lapse()
    {
        var server = new NetworkFiles.Server { LocksLinger = true };
        NetworkFiles a = new("a", server), same = new("a", server);
        using var held = StoreLock.TryAcquire(_folder["one"], a);
        NetworkFiles.Pass(TimeSpan.FromDays(1), server);
        StoreLock.TryAcquire(_folder["one"], same).ShouldBeNull();
    }

    [Fact]
    public void What_is_said_not_to_be_there_is_asked_anew_before_it_is_computed()
    {
        var server = new NetworkFiles.Server();
        NetworkFiles a = new("a", server), b = new("b", server);
        using ArtifactStore first = Open(a), second = Open(b);
        second.Contains(Request(second, 1)).ShouldBeFalse();
        Make(first, 1).Produced.ShouldBeTrue();
        second.Contains(Request(second, 1)).ShouldBeFalse("the file system remembers");
        second.GetOrCreate(Request(second, 1), _ => throw new InvalidOperationException("twice")).Produced.ShouldBeFalse();
    }

    [Fact]
    public void A_lock_that_another_process_gets_too_is_none_and_that_is_asked_once()
    {
        var (asked, events) = (0, new List<StoreEventKind>());
        var files = new NetworkFiles("a", new()) { TryFromOtherProcess = path => File.Exists(path) && ++asked > 0 };
        for (var i = 0; i < 2; i++)
            using (var store = new ArtifactStore(_folder["store"], notify: e => events.Add(e.Kind), files: files))
                Make(store, i);
        asked.ShouldBe(1);
        events.ShouldBe([StoreEventKind.WithoutLocks, StoreEventKind.WithoutLocks]);
    }

    // .NET takes no shared lock of a file on nfs or cifs that it may write to; so the lock must be of a handle that only reads.
    [Fact]
    public async Task Shared_locks_are_held_by_handles_that_only_read()
    {
        if (!OperatingSystem.IsLinux())
            return;
        using var store = new ArtifactStore(_folder["store"]);
        Make(store, 1);
        HasReadLock(store.Layout.InUse).ShouldBeTrue();
        using var journal = Journal.Open(store, ContentHash.Of("group"), "{}");
        await journal.GetOrAddAsync(ContentHash.Of("key"), _ => Task.FromResult("1"), default);
        HasReadLock(Directory.GetFiles(journal.Folder, "*.journal").Single()).ShouldBeTrue();
    }

    [Fact]
    public void A_temporary_folder_tells_its_machine_and_one_of_an_older_form_does_not()
    {
        var layout = new StoreLayout(_folder["store"]);
        var named = layout.NewTemporary("vector-blocks", ContentHash.Of("x"), "node");
        StoreLayout.NodeOf(named).ShouldBe("node");
        layout.LockFileOf(named).ShouldBe(layout.LockFile("vector-blocks", ContentHash.Of("x")));
        StoreLayout.NodeOf(Path.Combine(layout.Temporary, $"a.b~{ContentHash.Of("x")}~{Guid.NewGuid():N}")).ShouldBeNull();
        StoreLayout.NodeOf(Path.Combine(layout.Temporary, $"collected.{Guid.NewGuid():N}")).ShouldBeNull();
    }

    private static bool HasReadLock(string path) => Directory.GetFiles("/proc/self/fd").Any(descriptor =>
    {
        try
        {
            if (new FileInfo(descriptor).LinkTarget != path)
                return false;
            var lines = File.ReadAllLines(descriptor.Replace("/fd/", "/fdinfo/", StringComparison.Ordinal));
            var flags = Convert.ToInt32(lines.Single(line => line.StartsWith("flags:", StringComparison.Ordinal))[6..].Trim(), 8);
            return (flags & 3) == 0 && lines.Any(line => line.StartsWith("lock:", StringComparison.Ordinal) && line.Contains("FLOCK") && line.Contains("READ"));
        }
        catch (IOException)
        {
            return false;
        }
    });

    private ArtifactStore Open(StoreFiles files) => new(_folder["store"], files: files);

    private CollectionResult Collect(StoreFiles files) => StoreCollection.Run(_folder["store"], new CollectionPolicy(UnusedFor: TimeSpan.Zero), files: files);

    private static StageRequest Request(ArtifactStore store, int k) => StageRequest.Resolve("vectors", new { k }, store.Hasher, ContentHash.Of("library"));

    private static Artifact Make(ArtifactStore store, int k) =>
        store.GetOrCreate(Request(store, k), builder => File.WriteAllText(builder.PathOf("file"), $"{k}"));
}
