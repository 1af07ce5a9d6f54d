using System.Diagnostics;
using System.Text;
using Attribution.Diagnostics;
using Attribution.Models.Hub;

namespace Attribution.Tests.Models.Hub;

public sealed class HubDownloadTests : IDisposable
{
    private readonly FakeHub _hub = new();

    public void Dispose() => _hub.Dispose();

    [Fact]
    public async Task A_model_lands_in_the_cache_as_huggingface_lays_it_out()
    {
        var folder = await ModelFolder.ResolveAsync(FakeHub.Id, settings: _hub.Settings);

        folder.ShouldBe(new(Path.Combine(_hub.Repository, "snapshots", FakeHub.Commit), new(HubRepositoryKind.Model, FakeHub.Id), FakeHub.Commit));
        File.ReadAllText(Path.Combine(_hub.Repository, "refs", "main")).ShouldBe(FakeHub.Commit);
        // What `git hash-object` says of the five bytes "hello".
        new FileInfo(Path.Combine(folder.Path, "tokenizer.json")).LinkTarget.ShouldBe("../../blobs/b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0");
        new FileInfo(Path.Combine(folder.Path, "model.safetensors")).LinkTarget.ShouldBe("../../blobs/"
            + FakeHub.Hash("model.safetensors", _hub.Files["model.safetensors"]));
        foreach (var (name, content) in _hub.Files)
            File.ReadAllBytes(Path.Combine(folder.Path, name)).ShouldBe(content);
        Directory.GetFiles(Path.Combine(_hub.Repository, "blobs")).Length.ShouldBe(_hub.Files.Count);
    }

    [Fact]
    public async Task What_the_cache_holds_is_taken_without_a_request()
    {
        var first = await ModelFolder.ResolveAsync(FakeHub.Id, settings: _hub.Settings);
        var requests = _hub.Server.Requests.Count;

        (await ModelFolder.ResolveAsync(FakeHub.Id, settings: _hub.Settings)).ShouldBe(first);
        (await ModelFolder.ResolveAsync(FakeHub.Id, settings: _hub.Settings with { Offline = true })).ShouldBe(first);
        (await ModelFolder.ResolveAsync($"{FakeHub.Id}@{FakeHub.Commit}", settings: _hub.Settings)).Path.ShouldBe(first.Path);

        _hub.Server.Requests.Count.ShouldBe(requests);
    }

    [Fact]
    public async Task Only_the_files_that_a_model_needs_are_fetched()
    {
        _hub.Files.Remove("model.safetensors");
        _hub.Files["model.safetensors.index.json"] =
            """{"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors"}}"""u8.ToArray();
        string[] needed = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "generation_config.json", "tokenizer_config.json",
            "special_tokens_map.json", "chat_template.jinja"];
        string[] others = ["README.md", "pytorch_model.bin", "consolidated.safetensors", "tokenizer.model", "original/config.json", "onnx/model.safetensors",
            "original/consolidated.00.pth"];
        foreach (var name in needed.Concat(others))
            _hub.Files[name] = Encoding.UTF8.GetBytes(name);

        var folder = await ModelFolder.ResolveAsync(FakeHub.Id, settings: _hub.Settings);

        Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName).ShouldBe(_hub.Files.Keys.Except(others), ignoreOrder: true);
        foreach (var name in others)
            _hub.RequestsFor(name).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_tokenizer_comes_without_the_weights_and_the_weights_follow_at_the_same_commit()
    {
        await ModelFolder.ResolveAsync(FakeHub.Id, ModelContents.Text, _hub.Settings);
        _hub.RequestsFor("model.safetensors").ShouldBeEmpty();

        await ModelFolder.ResolveAsync(FakeHub.Id, ModelContents.All, _hub.Settings);

        _hub.RequestsFor("model.safetensors").Length.ShouldBe(1);
        _hub.RequestsFor("tokenizer.json").Length.ShouldBe(1);
        _hub.Server.Requests.Where(r => r.Path.StartsWith("/api/", StringComparison.Ordinal)).Select(r => r.Path)
            .ShouldBe(["/api/models/org/model/revision/main?blobs=true", $"/api/models/org/model/revision/{FakeHub.Commit}?blobs=true"]);
    }

    [Fact]
    public async Task A_model_without_tokenizer_json_is_not_asked_for_again()
    {
        _hub.Files.Remove("tokenizer.json");
        await ModelFolder.ResolveAsync(FakeHub.Id, settings: _hub.Settings);

        await ModelFolder.ResolveAsync(FakeHub.Id, settings: _hub.Settings with { Offline = true });
    }

    [Fact]
    public async Task A_dropped_transfer_goes_on_where_it_ended()
    {
        var drops = 0;
        _hub.Intercept = request => request.Path.EndsWith("model.safetensors", StringComparison.Ordinal) && drops++ < 7
            ? _hub.Answer(request) with { DropAfter = 300_000 }
            : null;

        await ResolveAndCheckAsync();

        _hub.RequestsFor("model.safetensors").Length.ShouldBe(8, "drops that follow progress do not use up the tries");
        var froms = _hub.RequestsFor("model.safetensors").Select(r => r.From).ToArray();
        froms.ShouldBe(froms.Order());
        // What the sockets swallowed before a drop may be lost; nothing that arrived is fetched twice.
        _hub.Server.BodyBytes.ShouldBeLessThan(3_000_000 + 7 * 300_000);
        froms[^1].ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_download_that_was_stopped_is_resumed_by_the_next_process_and_no_byte_is_fetched_twice()
    {
        var half = _hub.Files["model.safetensors"][..1_234_567];
        var blob = Path.Combine(_hub.Repository, "blobs", FakeHub.Hash("model.safetensors", _hub.Files["model.safetensors"]));
        Directory.CreateDirectory(Path.GetDirectoryName(blob)!);
        File.WriteAllBytes(blob + ".incomplete", half);

        await ResolveAndCheckAsync();

        _hub.RequestsFor("model.safetensors").Single().From.ShouldBe(half.Length);
        (await ContentBytesAsync()).ShouldBe(_hub.Files.Values.Sum(f => f.Length) - half.Length);
        File.Exists(blob + ".incomplete").ShouldBeFalse();
    }

    [Fact]
    public async Task A_cancelled_download_keeps_what_came()
    {
        using var cancel = new CancellationTokenSource();
        _hub.Intercept = request => request.Path.EndsWith("model.safetensors", StringComparison.Ordinal)
            ? _hub.Answer(request) with { DropAfter = 1_000_000, Silent = true } : null;
        var progress = new Observer(p =>
        {
            if (p.DoneBytes >= 1_000_000)
                cancel.Cancel();
        });
        await Should.ThrowAsync<OperationCanceledException>(ModelFolder.ResolveAsync(FakeHub.Id, settings: _hub.Settings, progress: progress,
            cancel: cancel.Token));
        _hub.Intercept = _ => null;

        await ResolveAndCheckAsync();

        _hub.RequestsFor("model.safetensors")[^1].From.ShouldBeGreaterThan(900_000);
    }

    [Fact]
    public async Task A_server_that_knows_no_ranges_is_taken_from_the_start_and_given_up_if_it_never_gets_further()
    {
        var requests = 0;
        _hub.Intercept = request => request.Path.EndsWith("model.safetensors", StringComparison.Ordinal)
            ? new(200, _hub.Files["model.safetensors"]) { DropAfter = requests++ < 2 ? 1_000_000 : null }
            : null;
        await ResolveAndCheckAsync();

        using var other = new FakeHub();
        other.Intercept = request => request.Path.EndsWith("model.safetensors", StringComparison.Ordinal)
            ? new(200, other.Files["model.safetensors"]) { DropAfter = 0 } : null;
        (await Should.ThrowAsync<AttributionException>(ModelFolder.ResolveAsync(FakeHub.Id,
            settings: other.Settings))).Code.ShouldBe(ErrorCodes.HubUnreachable);
        other.RequestsFor("model.safetensors").Length.ShouldBe(5);
    }

    [Fact]
    public async Task A_silent_server_counts_as_a_drop()
    {
        var silences = 0;
        _hub.Intercept = request => request.Path.EndsWith("model.safetensors", StringComparison.Ordinal) && silences++ < 1
            ? _hub.Answer(request) with { DropAfter = 1_000_000, Silent = true }
            : null;

        await ModelFolder.ResolveAsync(FakeHub.Id, settings: _hub.Settings with { Timeout = TimeSpan.FromSeconds(5) });

        _hub.RequestsFor("model.safetensors").Length.ShouldBe(2);
    }

    [Fact]
    public async Task A_wrong_content_is_deleted_and_fetched_once_more()
    {
        var wrong = 0;
        _hub.Intercept = request => request.Path.EndsWith("model.safetensors", StringComparison.Ordinal) && wrong++ < 1 ? new(200, new byte[3_000_000]) : null;

        await ResolveAndCheckAsync();

        _hub.RequestsFor("model.safetensors").Select(r => r.From).ShouldBe([0, 0]);
    }

    [Theory]
    [InlineData("model.safetensors", 3_000_000)]
    [InlineData("model.safetensors", 3_000_001)]
    [InlineData("tokenizer.json", 5)]
    public async Task A_content_that_stays_wrong_is_an_error_and_leaves_nothing(string file, int size)
    {
        _hub.Intercept = request => request.Path.EndsWith("/" + file, StringComparison.Ordinal) ? new(200, new byte[size]) : null;

        var error = await FailAsync();

        error.Code.ShouldBe(ErrorCodes.HubContent);
        error.File.ShouldBe(file);
        _hub.RequestsFor(file).Length.ShouldBe(2);
        Directory.GetFiles(Path.Combine(_hub.Repository, "blobs")).ShouldAllBe(blob => !blob.Contains(FakeHub.Hash(file, _hub.Files[file])));
    }

    [Fact]
    public async Task Many_at_once_download_once()
    {
        var folders = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => ModelFolder.ResolveAsync(FakeHub.Id, settings: _hub.Settings))));

        folders.Distinct().Count().ShouldBe(1);
        foreach (var name in _hub.Files.Keys)
            _hub.RequestsFor(name).Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_blob_that_another_program_fetches_is_waited_for()
    {
        var hash = FakeHub.Hash("model.safetensors", _hub.Files["model.safetensors"]);
        var path = Path.Combine(_hub.Cache, ".locks", "models--org--model", hash + ".lock");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // The lock of util-linux, which is also that of Hugging Face's own tools: flock(2).
        using var other = Process.Start(new ProcessStartInfo("flock", [path, "sh", "-c", "echo held; read line"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true
        })!;
        (await other.StandardOutput.ReadLineAsync()).ShouldBe("held");

        var resolving = ModelFolder.ResolveAsync(FakeHub.Id, settings: _hub.Settings);
        await Task.Delay(300);
        _hub.RequestsFor("model.safetensors").ShouldBeEmpty();
        var blob = Path.Combine(_hub.Repository, "blobs", hash);
        File.WriteAllBytes(blob, _hub.Files["model.safetensors"]);
        other.StandardInput.Close();

        File.ReadAllBytes(Path.Combine((await resolving).Path, "model.safetensors")).Length.ShouldBe(3_000_000);
        _hub.RequestsFor("model.safetensors").ShouldBeEmpty();
    }

    [Fact]
    public async Task Progress_reaches_the_total_and_counts_what_was_there()
    {
        var total = _hub.Files.Values.Sum(f => (long)f.Length);
        var seen = new List<HubProgress>();
        var progress = new Observer(p =>
        {
            lock (seen)
                seen.Add(p);
        });

        await ModelFolder.ResolveAsync(FakeHub.Id, settings: _hub.Settings, progress: progress);

        seen.ShouldAllBe(p => p.TotalBytes == total && p.DoneBytes <= total);
        seen.Max(p => p.DoneBytes).ShouldBe(total);
        seen.Count.ShouldBeGreaterThan(_hub.Files.Count);
    }

    [Fact]
    public async Task A_data_set_has_its_own_place_and_folders()
    {
        _hub.Files["data/train-00000.parquet"] = [1, 2, 3];
        var repository = new HubRepository(HubRepositoryKind.Dataset, "org/data", "refs/convert/parquet");
        using var client = new HubClient(_hub.Settings);

        var listing = await client.ListAsync(repository);
        var folder = await client.DownloadAsync(listing, listing.Files.Where(f => f.Path.EndsWith(".parquet", StringComparison.Ordinal)));

        folder.ShouldBe(Path.Combine(_hub.Cache, "datasets--org--data", "snapshots", FakeHub.Commit));
        File.ReadAllBytes(Path.Combine(folder, "data", "train-00000.parquet")).ShouldBe([1, 2, 3]);
        client.FindCachedCommit(repository).ShouldBe(FakeHub.Commit);
        _hub.Server.Requests.Select(r => r.Path).ShouldBe([
            "/api/datasets/org/data/revision/refs%2Fconvert%2Fparquet?blobs=true",
            $"/datasets/org/data/resolve/{FakeHub.Commit}/data/train-00000.parquet"]);
    }

    [Fact]
    public async Task A_link_whose_blob_is_gone_is_fetched_again()
    {
        var folder = await ModelFolder.ResolveAsync(FakeHub.Id, settings: _hub.Settings);
        File.Delete(Path.Combine(_hub.Repository, "blobs", FakeHub.Hash("model.safetensors", _hub.Files["model.safetensors"])));

        await ResolveAndCheckAsync();

        File.Exists(Path.Combine(folder.Path, "model.safetensors")).ShouldBeTrue();
        _hub.RequestsFor("tokenizer.json").Length.ShouldBe(1);
    }

    private async Task ResolveAndCheckAsync()
    {
        var folder = await ModelFolder.ResolveAsync(FakeHub.Id, settings: _hub.Settings);
        foreach (var (name, content) in _hub.Files)
            File.ReadAllBytes(Path.Combine(folder.Path, name)).AsSpan().SequenceEqual(content).ShouldBeTrue(name);
    }

    private Task<AttributionException> FailAsync() => Should.ThrowAsync<AttributionException>(ModelFolder.ResolveAsync(FakeHub.Id, settings: _hub.Settings));

    /// <summary>The bytes that the server sent, less those of its listing.</summary>
    private async Task<long> ContentBytesAsync()
    {
        // The last response is counted after it was sent, which may be after it was read.
        await Task.Delay(50);
        return _hub.Server.BodyBytes - _hub.Answer(new("/api/", new Dictionary<string, string>())).Body.Length;
    }

    private sealed class Observer(Action<HubProgress> observe) : IProgress<HubProgress>
    {
        public void Report(HubProgress value) => observe(value);
    }
}
