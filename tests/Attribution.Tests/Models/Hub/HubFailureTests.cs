using Attribution.Diagnostics;
using Attribution.Models.Hub;

namespace Attribution.Tests.Models.Hub;

public sealed class HubFailureTests : IDisposable
{
    private readonly FakeHub _hub = new();

    public void Dispose() => _hub.Dispose();

    [Fact]
    public async Task A_gated_model_says_how_to_get_access()
    {
        _hub.Intercept = request => request.Path.Contains("/resolve/") ? new(403, [], ("X-Error-Code", "GatedRepo")) : null;

        var withToken = await FailAsync(_hub.Settings);
        var without = await FailAsync(_hub.Settings with { Token = null });

        withToken.Code.ShouldBe(ErrorCodes.HubAccess);
        withToken.Message.ShouldContain("gated");
        withToken.Message.ShouldContain($"accept the licence on {_hub.Server.Address}org/model");
        without.Code.ShouldBe(ErrorCodes.HubAccess);
        without.Message.ShouldContain("set HF_TOKEN");
        _hub.Server.Requests.Count(r => r.Path.Contains("/api/")).ShouldBe(2, "refusals are not retried");
    }

    [Theory]
    [InlineData(401, null, ErrorCodes.HubAccess, "refuses access")]
    [InlineData(401, "RepoNotFound", ErrorCodes.HubNotFound, "has no model org/model")]
    [InlineData(404, "RepoNotFound", ErrorCodes.HubNotFound, "has no model org/model")]
    [InlineData(404, "RevisionNotFound", ErrorCodes.HubNotFound, "no revision 'main'")]
    [InlineData(418, null, ErrorCodes.HubUnreachable, "418")]
    [InlineData(302, null, ErrorCodes.HubUnreachable, "must not go")]
    public async Task A_refusal_is_one_clear_error_and_not_retried(int status, string? errorCode, string code, string words)
    {
        _hub.Intercept = _ => errorCode is null ? new(status, []) : new(status, [], ("X-Error-Code", errorCode));

        var error = await FailAsync(_hub.Settings);

        error.Code.ShouldBe(code);
        error.Message.ShouldContain(words);
        error.Property.ShouldBe("org/model");
        _hub.Server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_file_that_the_hub_lists_but_lacks_is_an_error()
    {
        _hub.Intercept = request => request.Path.EndsWith("tokenizer.json", StringComparison.Ordinal) ? new(404, [], ("X-Error-Code", "EntryNotFound")) : null;

        var error = await FailAsync(_hub.Settings);

        error.Code.ShouldBe(ErrorCodes.HubNotFound);
        error.Message.ShouldContain("tokenizer.json");
    }

    [Fact]
    public async Task A_wait_that_the_server_asks_for_is_kept()
    {
        var refusals = 0;
        _hub.Intercept = _ => refusals++ < 1 ? new(429, [], ("Retry-After", "1")) : null;

        // Were it not for Retry-After, the first wait would take an hour.
        await ModelFolder.ResolveAsync(FakeHub.Id, settings: _hub.Settings with { RetryDelay = TimeSpan.FromHours(1) }).WaitAsync(TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task A_wait_of_an_hour_is_an_error_instead()
    {
        _hub.Intercept = _ => new(429, [], ("Retry-After", "3600"));

        var error = await FailAsync(_hub.Settings);

        error.Code.ShouldBe(ErrorCodes.HubUnreachable);
        error.Message.ShouldContain("60 minutes");
        _hub.Server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_failing_server_is_tried_again_and_given_up_in_the_end()
    {
        var failures = 0;
        _hub.Intercept = _ => failures++ < 4 ? new(500 + failures, []) : null;
        await ModelFolder.ResolveAsync(FakeHub.Id, settings: _hub.Settings);

        using var other = new FakeHub();
        other.Intercept = _ => new(503, []);
        var error = await Should.ThrowAsync<AttributionException>(ModelFolder.ResolveAsync(FakeHub.Id, settings: other.Settings));

        error.Code.ShouldBe(ErrorCodes.HubUnreachable);
        error.Message.ShouldContain("503");
        other.Server.Requests.Count.ShouldBe(5);
    }

    [Fact]
    public async Task A_listing_without_end_is_refused_at_64_MB()
    {
        _hub.Intercept = _ => new Reply(200, new byte[1 << 20]) { Again = TimeSpan.Zero };
        var error = await FailAsync(_hub.Settings);
        error.Code.ShouldBe(ErrorCodes.HubContent);
        error.Message.ShouldContain("64 MB");
        _hub.Server.BodyBytes.ShouldBeLessThan(128 << 20);
    }

    [Fact]
    public async Task A_listing_that_drips_is_ended_and_so_is_a_file()
    {
        // Far more than lies between two bytes, also on a busy machine.
        var slow = _hub.Settings with { Timeout = TimeSpan.FromSeconds(2) };
        _hub.Intercept = request => request.Path.StartsWith("/api/", StringComparison.Ordinal)
            ? new Reply(200, [32]) { Again = TimeSpan.FromMilliseconds(30) } : null;
        var error = await FailAsync(slow);
        (error.Code, error.Message.Contains("not whole after 8 s")).ShouldBe((ErrorCodes.HubUnreachable, true), error.Message);
        _hub.Intercept = request => request.Path.EndsWith("model.safetensors", StringComparison.Ordinal)
            ? new Reply(200, [0]) { Again = TimeSpan.FromMilliseconds(30) } : null;
        error = await FailAsync(slow);
        (error.Code, error.Message.Contains("model.safetensors came with")).ShouldBe((ErrorCodes.HubUnreachable, true), error.Message);
    }

    [Theory]
    [InlineData(1L << 62, ErrorCodes.HubCache, "to be fetched")]
    [InlineData(long.MaxValue, ErrorCodes.HubCache, "to be fetched")]
    [InlineData(-1, ErrorCodes.HubContent, "has the size -1")]
    public async Task Sizes_that_no_file_has_are_an_error(long size, string code, string words)
    {
        var files = new[] { "model.safetensors", "config.json", "tokenizer.json" }
            .Select(file => $$"""{"rfilename":"{{file}}","size":{{size}},"blobId":"{{new string('a', 40)}}"}""");
        _hub.Intercept = request => request.Path.StartsWith("/api/", StringComparison.Ordinal)
            ? new(200, System.Text.Encoding.UTF8.GetBytes($$"""{"sha":"{{FakeHub.Commit}}","siblings":[{{string.Join(',', files)}}]}""")) : null;
        var error = await FailAsync(_hub.Settings);
        error.Code.ShouldBe(code);
        error.Message.ShouldContain(words);
    }

    [Fact]
    public async Task A_hub_that_is_not_there_is_an_error()
    {
        var settings = _hub.Settings;
        _hub.Server.Dispose();

        (await FailAsync(settings)).Code.ShouldBe(ErrorCodes.HubUnreachable);
    }

    [Fact]
    public async Task The_token_goes_to_the_hub_and_to_no_other_host()
    {
        using var storage = new FakeServer(request => FakeHub.Content(request, _hub.Files["model.safetensors"]));
        _hub.Intercept = request => request.Path switch
        {
            // A renamed repository: the hub sends on to itself.
            _ when request.Path.EndsWith("config.json", StringComparison.Ordinal) && !request.Path.EndsWith("?moved", StringComparison.Ordinal) =>
                new(307, [], ("Location", $"{request.Path}?moved")),
            _ when request.Path.EndsWith("?moved", StringComparison.Ordinal) => new(200, _hub.Files["config.json"]),
            _ when request.Path.EndsWith("model.safetensors", StringComparison.Ordinal) => new(302, [], ("Location", $"{storage.Address}blob?signature=s")),
            _ => null,
        };

        await ModelFolder.ResolveAsync(FakeHub.Id, settings: _hub.Settings);

        _hub.Server.Requests.ShouldAllBe(r => r.Authorization == $"Bearer {FakeHub.Token}");
        storage.Requests.Single().Authorization.ShouldBeNull();
    }

    [Fact]
    public async Task A_link_that_expired_is_asked_for_again()
    {
        var links = 0;
        using var storage = new FakeServer(request => request.Path == "/1" ? new(403, []) : FakeHub.Content(request, _hub.Files["model.safetensors"]));
        _hub.Intercept = request => request.Path.EndsWith("model.safetensors", StringComparison.Ordinal)
            ? new(302, [], ("Location", $"{storage.Address}{++links}")) : null;

        await ModelFolder.ResolveAsync(FakeHub.Id, settings: _hub.Settings);

        storage.Requests.Select(r => r.Path).ShouldBe(["/1", "/2"]);
    }

    [Fact]
    public async Task Redirects_without_end_end()
    {
        _hub.Intercept = request => new(302, [], ("Location", request.Path));

        (await FailAsync(_hub.Settings)).Message.ShouldContain("without end");
    }

    [Fact]
    public async Task The_token_is_in_no_message_and_no_file()
    {
        Func<Request, Reply?>[] failures =
        [
            _ => new(401, []),
            _ => new(403, [], ("X-Error-Code", "GatedRepo")),
            _ => new(500, []),
            _ => new(200, "{}"u8.ToArray()),
            request => new(302, [], ("Location", $"http://127.0.0.1:1/?echo={FakeHub.Token}&{request.Authorization}")),
            request => request.Path.Contains("/resolve/") ? new(200, new byte[7]) : null,
        ];
        foreach (var failure in failures)
        {
            _hub.Intercept = failure;
            (await FailAsync(_hub.Settings)).ToString().ShouldNotContain(FakeHub.Token);
        }
        _hub.Intercept = _ => null;
        await ModelFolder.ResolveAsync(FakeHub.Id, settings: _hub.Settings);

        _hub.Settings.ToString().ShouldNotContain(FakeHub.Token);
        System.Text.Json.JsonSerializer.Serialize(_hub.Settings).ShouldNotContain(FakeHub.Token);
        foreach (var file in Directory.EnumerateFiles(_hub.Cache, "*", SearchOption.AllDirectories))
            System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file)).ShouldNotContain(FakeHub.Token);
    }

    [Fact]
    public async Task Offline_takes_the_cache_or_fails_without_a_request()
    {
        var error = await FailAsync(_hub.Settings with { Offline = true });

        error.Code.ShouldBe(ErrorCodes.HubOffline);
        error.Message.ShouldContain("HF_HUB_OFFLINE");
        _hub.Server.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData($$"""{"sha":"{{FakeHub.Commit}}","siblings":[{"rfilename":"../../x","size":1,"blobId":"{{FakeHub.Commit}}"}]}""")]
    [InlineData($$"""{"sha":"{{FakeHub.Commit}}","siblings":[{"rfilename":"/etc/x","size":1,"blobId":"{{FakeHub.Commit}}"}]}""")]
    [InlineData($$"""{"sha":"{{FakeHub.Commit}}","siblings":[{"rfilename":"x","size":1,"blobId":"../x"}]}""")]
    [InlineData($$"""{"sha":"{{FakeHub.Commit}}","siblings":[{"rfilename":"x","size":-1,"blobId":"{{FakeHub.Commit}}"}]}""")]
    [InlineData($$"""{"sha":"{{FakeHub.Commit}}","siblings":[{"rfilename":"x","blobId":"{{FakeHub.Commit}}"}]}""")]
    [InlineData("""{"sha":"../../x","siblings":[]}""")]
    [InlineData("""[]""")]
    [InlineData("""<html>""")]
    public async Task A_list_that_is_no_hubs_or_leads_out_of_the_cache_is_refused(string json)
    {
        _hub.Intercept = _ => new(200, System.Text.Encoding.UTF8.GetBytes(json));

        (await FailAsync(_hub.Settings)).Code.ShouldBe(ErrorCodes.HubContent);
        Directory.Exists(_hub.Cache).ShouldBeFalse();
    }

    [Fact]
    public async Task A_download_larger_than_the_disk_does_not_start()
    {
        const string Files = $$"""
            {"sha":"{{FakeHub.Commit}}","siblings":[
              {"rfilename":"config.json","size":2,"blobId":"{{FakeHub.Commit}}"},
              {"rfilename":"model.safetensors","size":1152921504606846976,"blobId":"{{FakeHub.Commit}}"}]}
            """;
        _hub.Intercept = request => request.Path.Contains("/api/") ? new(200, System.Text.Encoding.UTF8.GetBytes(Files)) : null;

        var error = await FailAsync(_hub.Settings);

        error.Code.ShouldBe(ErrorCodes.HubCache);
        error.Message.ShouldContain("HF_HUB_CACHE");
        _hub.Server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_disk_that_fills_up_is_an_error_that_says_what_to_do()
    {
        // A write to this device fails as a write to a full disk does.
        var blobs = Path.Combine(_hub.Repository, "blobs");
        Directory.CreateDirectory(blobs);
        File.CreateSymbolicLink(Path.Combine(blobs, FakeHub.Hash("model.safetensors", _hub.Files["model.safetensors"]) + ".incomplete"), "/dev/full");

        var error = await FailAsync(_hub.Settings);

        error.Code.ShouldBe(ErrorCodes.HubCache);
        error.Message.ShouldContain("disk is full");
    }

    [Fact]
    public async Task A_cache_that_cannot_be_written_is_an_error()
    {
        Directory.CreateDirectory(_hub.Cache);
        File.WriteAllText(Path.Combine(_hub.Cache, ".locks"), "in the way");

        var error = await FailAsync(_hub.Settings);

        error.Code.ShouldBe(ErrorCodes.HubCache);
        error.File.ShouldBe(_hub.Cache);
    }

    private static Task<AttributionException> FailAsync(HubSettings settings) =>
        Should.ThrowAsync<AttributionException>(ModelFolder.ResolveAsync(FakeHub.Id, settings: settings));
}
