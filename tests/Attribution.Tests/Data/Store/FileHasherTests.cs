using System.Security.Cryptography;
using Attribution.Data.Store;
using Attribution.Diagnostics;

namespace Attribution.Tests.Data.Store;

public sealed class FileHasherTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_left_alone_is_read_once_even_by_another_process()
    {
        var file = _folder.Write("data.csv", "a,b");
        using (var first = Hasher())
            first.Hash(file).ToString().ShouldBe(Convert.ToHexStringLower(SHA256.HashData("a,b"u8)));
        using var second = Hasher();
        second.Hash(file).ShouldBe(ContentHash.Of("a,b"));
        second.FilesRead.ShouldBe(0);
    }

    [Fact]
    public void A_file_written_a_moment_ago_is_not_trusted_to_its_times()
    {
        var file = _folder.Write("data.csv", "0");
        using var hasher = new FileHasher(_folder["hashes"]);
        for (var i = 0; i < 50; i++)
        {
            var text = (i % 10).ToString();
            File.WriteAllText(file, text);
            hasher.Hash(file).ShouldBe(ContentHash.Of(text));
            hasher.Hash(file).ShouldBe(ContentHash.Of(text));
        }
        hasher.FilesRead.ShouldBe(100);
    }

    [Fact]
    public void A_changed_file_is_noticed_even_if_its_size_and_its_time_were_put_back()
    {
        if (!OperatingSystem.IsLinux())
            return;
        var file = _folder.Write("data.csv", "old");
        // A whole second: .NET cannot put back the nanoseconds of a time, other tools can.
        var time = DateTime.UnixEpoch.AddYears(50);
        File.SetLastWriteTimeUtc(file, time);
        using var hasher = Hasher();
        hasher.Hash(file);
        File.WriteAllText(file, "new");
        File.SetLastWriteTimeUtc(file, time);
        hasher.Hash(file).ShouldBe(ContentHash.Of("new"));
    }

    [Fact]
    public void Another_file_in_its_place_is_noticed()
    {
        var file = _folder.Write("data.csv", "old");
        var other = _folder.Write("other.csv", "new");
        foreach (var written in new[] { file, other })
            File.SetLastWriteTimeUtc(written, DateTime.UnixEpoch.AddYears(50));
        using var hasher = Hasher();
        hasher.Hash(file);
        File.Move(other, file, overwrite: true);
        hasher.Hash(file).ShouldBe(ContentHash.Of("new"));
    }

    [Fact]
    public void Touching_a_file_costs_a_read_and_changes_nothing()
    {
        var file = _folder.Write("data.csv", "same");
        using var hasher = Hasher();
        var before = hasher.Hash(file);
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-1));
        hasher.Hash(file).ShouldBe(before);
        hasher.FilesRead.ShouldBe(2);
    }

    [Fact]
    public void Damage_to_what_is_remembered_never_gives_a_wrong_hash()
    {
        var file = _folder.Write("data.csv", "content");
        using (var hasher = Hasher())
            hasher.Hash(file);
        var whole = File.ReadAllBytes(_folder["hashes"]);
        for (var i = 0; i < whole.Length; i++)
        {
            var damaged = whole.ToArray();
            damaged[i] ^= 1;
            File.WriteAllBytes(_folder["hashes"], i % 2 == 0 ? damaged : damaged[..i]);
            using var hasher = new FileHasher(_folder["hashes"]);
            hasher.Hash(file).ShouldBe(ContentHash.Of("content"));
        }
    }

    [Fact]
    public async Task Hashers_at_once_remember_all_that_each_has_learned()
    {
        var files = Enumerable.Range(0, 80).Select(i => _folder.Write($"data/{i}.csv", $"content {i}")).ToArray();
        await Task.WhenAll(files.Chunk(10).Select(part => Task.Run(() =>
        {
            foreach (var file in part)
            {
                using var hasher = Hasher();
                hasher.Hash(file);
            }
        })));
        using var last = Hasher();
        foreach (var file in files)
            last.Hash(file).ShouldBe(ContentHash.Of(File.ReadAllText(file)));
        last.FilesRead.ShouldBe(0);
    }

    [Fact]
    public void What_is_remembered_does_not_grow_with_the_times_a_file_changes()
    {
        var names = Enumerable.Range(0, 300).Select(i => _folder.Write($"{new string('x', 120)}/{i}.csv", "0")).ToArray();
        for (var round = 0; round < 20; round++)
        {
            using var hasher = Hasher();
            foreach (var name in names)
            {
                File.SetLastWriteTimeUtc(name, DateTime.UnixEpoch.AddDays(round));
                hasher.Hash(name);
            }
        }
        // 20 rounds of 300 lines would be above 2 MB.
        new FileInfo(_folder["hashes"]).Length.ShouldBeLessThan(3 << 19);
        using var last = Hasher();
        last.Hash(names[^1]);
        last.FilesRead.ShouldBe(0);
    }

    [Fact]
    public void A_folder_is_its_files_names_and_contents_and_nothing_else()
    {
        using var hasher = Hasher();
        _folder.Write("one/config.json", "{}");
        _folder.Write("one/weights/a.bin", "1");
        _folder.Write("two/weights/a.bin", "1");
        Directory.CreateDirectory(_folder["two/empty"]);
        _folder.Write("elsewhere.json", "{}");
        File.CreateSymbolicLink(_folder["two/config.json"], _folder["elsewhere.json"]);
        var one = hasher.Hash(_folder["one"]);
        hasher.Hash(_folder["two"]).ShouldBe(one);

        File.Move(_folder["one/weights/a.bin"], _folder["one/weights/b.bin"]);
        hasher.Hash(_folder["one"]).ShouldNotBe(one);
    }

    [Fact]
    public void What_cannot_be_read_is_an_error_that_names_it()
    {
        using var hasher = Hasher();
        _folder.Write("loop/file", "");
        Directory.CreateSymbolicLink(_folder["loop/again"], _folder["loop"]);
        _folder.Write("broken/file", "");
        File.CreateSymbolicLink(_folder["broken/link"], _folder["nowhere"]);
        foreach (var (path, named) in new[] { ("missing.csv", "missing.csv"), ("loop", "loop/again"), ("broken", "broken/link") })
        {
            var error = Should.Throw<AttributionException>(() => hasher.Hash(_folder[path]));
            error.Code.ShouldBe(ErrorCodes.InputUnreadable);
            error.File.ShouldBe(_folder[named]);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(100)]
    public void A_file_that_changes_while_it_is_read_is_read_again_and_one_that_keeps_changing_is_an_error(int changes)
    {
        var file = _folder.Write("log.txt", "");
        // The hasher asks for the time between its look at the file and its reading.
        using var hasher = new FileHasher(clock: new MeddlingClock(() =>
        {
            if (changes-- > 0)
                File.AppendAllText(file, "x");
        }));
        if (changes == 2)
            hasher.Hash(file).ShouldBe(ContentHash.Of("xx"));
        else
            Should.Throw<AttributionException>(() => hasher.Hash(file)).Code.ShouldBe(ErrorCodes.InputChanging);
    }

    private FileHasher Hasher() => new(_folder["hashes"], new LaterClock());

    private sealed class MeddlingClock(Action meddle) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow()
        {
            meddle();
            return base.GetUtcNow();
        }
    }
}
