using Attribution.Data.Store;

namespace Attribution.Tests.Data.Store;

public sealed class StoreLockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Though_its_file_comes_and_goes_a_lock_is_held_by_one_at_a_time()
    {
        var path = _folder["locks", "one"];
        int inside = 0, most = 0, taken = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            while (Volatile.Read(ref taken) < 2000)
            {
                using var held = StoreLock.TryAcquire(path);
                if (held is null)
                    continue;
                most = Math.Max(most, Interlocked.Increment(ref inside));
                Interlocked.Increment(ref taken);
                Interlocked.Decrement(ref inside);
            }
        })));
        most.ShouldBe(1);
        Directory.EnumerateFiles(_folder["locks"]).ShouldBeEmpty();
    }

    [Fact]
    public void A_lock_whose_file_was_deleted_from_outside_does_not_delete_its_successors()
    {
        var path = _folder["locks", "one"];
        var first = StoreLock.TryAcquire(path)!;
        File.Delete(path);
        using var second = StoreLock.TryAcquire(path)!;
        first.Dispose();
        StoreLock.TryAcquire(path).ShouldBeNull();
    }
}
