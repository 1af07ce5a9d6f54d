using Attribution.Data.Store;
using Attribution.Data.Store.Remote;
using Attribution.Diagnostics;

namespace Attribution.Worker.Tests.Verbs;

/// <summary>Stores that are copied to a bucket or a folder, and back.</summary>
[Collection(nameof(AwsEnvironment))]
public sealed class StoreTransferTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly S3Server _server = new();

    public StoreTransferTests() => AwsEnvironment.Use(_server);

    public void Dispose()
    {
        _server.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("s3://results/team/a")]
    [InlineData("s3://results")]
    [InlineData("folder")]
    public async Task What_is_pushed_is_pulled_as_it_was_and_only_once(string remote)
    {
        remote = remote == "folder" ? _folder["remote"] : remote;
        var made = Fill(3);
        var (code, output, error) = await RunAsync("push", remote, "here");
        code.ShouldBe(0, error);
        output.ShouldStartWith("pushed 3 artifacts, 3.0 kB; 0 were already there");
        (await RunAsync("push", remote, "here")).Output.ShouldStartWith("pushed 0 artifacts, 0 B; 3 were already there");
        (await RunAsync("pull", remote, "there")).Output.ShouldStartWith("pulled 3 artifacts, 3.0 kB; 0 were already there");
        (await RunAsync("pull", remote, "there")).Output.ShouldStartWith("pulled 0 artifacts, 0 B; 3 were already there");
        Contents("there").ShouldBe(Contents("here"));
        Contents("there").Count.ShouldBe(9);
        _server.Faults.ShouldBeEmpty();
        if (remote.StartsWith("s3:", StringComparison.Ordinal))
            _server.Objects.Keys.ShouldContain($"{remote["s3://results".Length..].TrimStart('/')}/vectors/{made[0].Fingerprint}/manifest.json".TrimStart('/'));
        (await CommandLine.RunHereAsync("store", "verify", "--store", _folder["there"])).Output.ShouldContain("all whole");
    }

    [Theory]
    [InlineData("byte")]
    [InlineData("longer")]
    [InlineData("shorter")]
    [InlineData("missing")]
    [InlineData("manifest")]
    [InlineData("deep")]
    [InlineData("other")]
    [InlineData("outside")]
    public async Task Damaged_and_foreign_content_is_never_taken(string damage)
    {
        var made = Fill(2);
        await RunAsync("push", "s3://results", "here");
        var (file, manifest) = ($"vectors/{made[0].Fingerprint}/a/file", $"vectors/{made[0].Fingerprint}/manifest.json");
        switch (damage)
        {
            case "byte":
                _server.Objects[file][17] ^= 1;
                break;
            case "longer":
                _server.Objects[file] = [.. _server.Objects[file], 0];
                break;
            case "shorter":
                _server.Objects[file] = _server.Objects[file][..^1];
                break;
            case "missing":
                _server.Objects.TryRemove(file, out _);
                break;
            case "manifest":
                _server.Objects[manifest][40] ^= 1;
                break;
            case "deep":
                _server.Objects[manifest] = System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 100_000)));
                break;
            case "other": // whole, and under the address of another
                foreach (var name in new[] { "a/file", "b", "manifest.json" })
                    _server.Objects[$"vectors/{made[0].Fingerprint}/{name}"] = _server.Objects[$"vectors/{made[1].Fingerprint}/{name}"];
                break;
            case "outside": // a manifest in itself whole, that names a file of somebody else's
                var read = Manifest.Read(made[0].Folder, out _)!;
                var outputs = read.Outputs.Select(o => o.Name == "b" ? o with { Name = "../../escaped" } : o).ToArray();
                _server.Objects[manifest] = System.Text.Encoding.UTF8.GetBytes((read with { Outputs = outputs }).Write());
                _server.Objects["vectors/escaped"] = _server.Objects[$"vectors/{made[0].Fingerprint}/b"];
                break;
        }
        var (code, output, _) = await RunAsync("pull", "s3://results", "there");
        code.ShouldBe(1);
        output.ShouldContain($"vectors/{made[0].Fingerprint.Short} is damaged there and was left");
        output.ShouldContain("pulled 1 artifact,");
        Contents("there").Count.ShouldBe(3);
        Directory.EnumerateFileSystemEntries(_folder["there", ".tmp"]).ShouldBeEmpty();
        Directory.EnumerateFiles(_folder.Path, "escaped", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".tmp")]
    [InlineData("damaged")]
    [InlineData("a b")]
    [InlineData("%2e%2e")]
    public async Task A_stage_whose_name_leads_elsewhere_is_none(string stage)
    {
        // A whole artifact, which says of itself that it is of such a stage.
        using (var store = new ArtifactStore(_folder["made"]))
        {
            var request = StageRequest.Resolve("vectors", new { k = 1 }, store.Hasher, ContentHash.Of("library"));
            var made = store.GetOrCreate(request, builder => File.WriteAllText(builder.PathOf("b"), "escaped"));
            var manifest = Manifest.Read(made.Folder, out _)! with { Stage = stage };
            _server.Objects[$"{stage}/{made.Fingerprint}/manifest.json"] = System.Text.Encoding.UTF8.GetBytes(manifest.Write());
            _server.Objects[$"{stage}/{made.Fingerprint}/b"] = "escaped"u8.ToArray();
        }
        (await RunAsync("pull", "s3://results", "there")).Output.ShouldStartWith("pulled 0 artifacts");
        Directory.EnumerateFiles(_folder.Path, "b", SearchOption.AllDirectories).Count().ShouldBe(1, "there is the one that was made, and no other");
    }

    [Theory]
    [InlineData("same token", "has no end")]
    [InlineData("other prefix", "pulled 0 artifacts")]
    [InlineData("large page", "buffer")]
    [InlineData("no XML", "error")]
    public async Task A_listing_is_bounded_whatever_the_service_says(string kind, string said)
    {
        const string start = "<ListBucketResult><Name>results</Name>";
        _server.ListInstead = token => kind switch
        {
            "same token" => start + "<IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken></ListBucketResult>",
            "other prefix" => start + "<IsTruncated>false</IsTruncated><Contents><Key>x</Key></Contents></ListBucketResult>",
            "large page" => start + string.Concat(Enumerable.Repeat($"<Contents><Key>{new string('x', 1000)}</Key></Contents>", 20_000))
                + "</ListBucketResult>",
            _ => "<ListBucketResult><IsTruncated>",
        };
        var (code, output, error) = await RunAsync("pull", "s3://results/team", "there");
        (output + error).ShouldContain(said);
        if (code != 0)
            error.ShouldContain($"error {ErrorCodes.RemoteFailed}");
    }

    [Fact]
    public async Task A_pipe_or_a_folder_in_the_place_of_a_file_is_damage_and_is_not_waited_for()
    {
        var made = Fill(3);
        (await RunAsync("push", _folder["remote"], "here")).Code.ShouldBe(0);
        string At(int k, string file) => _folder["remote", "vectors", $"{made[k].Fingerprint}", file];
        File.Delete(At(0, "b"));
        System.Diagnostics.Process.Start("mkfifo", At(0, "b")).WaitForExit();
        File.Delete(At(1, "manifest.json"));
        File.CreateSymbolicLink(At(1, "manifest.json"), "/dev/zero");
        File.Delete(At(2, "b"));
        Directory.CreateDirectory(At(2, "b"));
        var (code, output, error) = await RunAsync("pull", _folder["remote"], "there");
        (code, output.Split("is damaged there").Length).ShouldBe((1, 4), output + error);
        output.ShouldContain("is no file");
        Contents("there").ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_damaged_here_is_not_pushed()
    {
        var made = Fill(2);
        File.AppendAllText(made[0].PathOf("b"), "x");
        var (code, output, _) = await RunAsync("push", _folder["remote"], "here");
        code.ShouldBe(1);
        output.ShouldContain("is damaged here and was left");
        (await RunAsync("pull", _folder["remote"], "there")).Output.ShouldStartWith("pulled 1 artifact,");
    }

    [Fact]
    public async Task An_interrupted_push_leaves_nothing_half_and_the_next_goes_on()
    {
        Fill(3);
        var puts = 0;
        _server.Refuse = line => line.StartsWith("PUT", StringComparison.Ordinal) && Interlocked.Increment(ref puts) > 4;
        var (code, output, error) = await RunAsync("push", "s3://results", "here");
        code.ShouldBe(1);
        error.ShouldContain($"error {ErrorCodes.RemoteFailed}");
        (await RunAsync("pull", "s3://results", "half")).Code.ShouldBe(0, "what is there is whole");
        Contents("half").Count.ShouldBe(3 * _server.Objects.Keys.Count(key => key.EndsWith("manifest.json", StringComparison.Ordinal)));
        _server.Refuse = _ => false;
        (await RunAsync("push", "s3://results", "here")).Code.ShouldBe(0);
        (await RunAsync("pull", "s3://results", "there")).Code.ShouldBe(0);
        Contents("there").ShouldBe(Contents("here"));
    }

    [Fact]
    public async Task An_interrupted_pull_leaves_nothing_half_and_the_next_goes_on()
    {
        Fill(3);
        await RunAsync("push", "s3://results", "here");
        var gets = 0;
        _server.Refuse = line => line.StartsWith("GET", StringComparison.Ordinal) && !line.Contains("list-type") && Interlocked.Increment(ref gets) > 5;
        (await RunAsync("pull", "s3://results", "there")).Code.ShouldBe(1);
        (Contents("there").Count % 3).ShouldBe(0);
        _server.Refuse = _ => false;
        (await RunAsync("pull", "s3://results", "there")).Code.ShouldBe(0);
        Contents("there").ShouldBe(Contents("here"));
        Directory.EnumerateFileSystemEntries(_folder["there", ".tmp"]).ShouldBeEmpty();
    }

    // The server's own words hold both.
    [Fact]
    public async Task A_refusal_is_an_error_without_the_keys()
    {
        Fill(1);
        _server.Refuse = _ => true;
        var (code, output, error) = await RunAsync("push", "s3://results", "here");
        code.ShouldBe(1);
        error.ShouldContain(ErrorCodes.RemoteFailed);
        error.ShouldContain("not for [key] with [key]");
        (output + error).ShouldNotContain(S3Server.Secret);
        (output + error).ShouldNotContain(S3Server.KeyId);
    }

    [Theory]
    [InlineData("http://key:word@host/x")]
    [InlineData("s3://key:word@bucket/x")]
    [InlineData("s3:///x")]
    public async Task An_address_that_cannot_be_is_an_error_that_does_not_repeat_it(string address)
    {
        var error = (await RunAsync("pull", address, "there")).Error;
        error.ShouldContain($"error {ErrorCodes.RemoteInvalid}");
        error.ShouldContain("s3://bucket/prefix");
        error.ShouldNotContain("word");
    }

    [Fact]
    public async Task A_bucket_that_is_not_there_is_an_error() => (await RunAsync("pull", "s3://others", "there")).Error.ShouldContain("no such bucket");

    [Theory]
    [InlineData("a/file", true)]
    [InlineData("a/../b", false)]
    [InlineData("/etc/x", false)]
    [InlineData(@"a\b", false)]
    [InlineData("c:x", false)]
    [InlineData("a//b", false)]
    [InlineData("manifest.json", false)]
    [InlineData("a\u0001", false)]
    public void A_name_leads_inside_of_an_artifact(string name, bool may) => RemoteDownload.IsName(name).ShouldBe(may);

    private Artifact[] Fill(int count)
    {
        using var store = new ArtifactStore(_folder["here"]);
        return [.. Enumerable.Range(0, count).Select(k => store.GetOrCreate(
            StageRequest.Resolve("vectors", new { k }, store.Hasher, ContentHash.Of("library")), builder =>
            {
                File.WriteAllBytes(builder.PathOf("a/file"), [.. Enumerable.Range(0, 900).Select(i => (byte)(i * (k + 3)))]);
                File.WriteAllBytes(builder.PathOf("b"), [.. Enumerable.Repeat((byte)k, 100)]);
            }))];
    }

    private Task<(int Code, string Output, string Error)> RunAsync(string verb, string remote, string store) =>
        CommandLine.RunHereAsync("store", verb, remote, "--store", _folder[store]);

    private SortedDictionary<string, string> Contents(string store) => new(Directory.EnumerateFiles(_folder[store], "*", SearchOption.AllDirectories)
        .Select(file => (Name: Path.GetRelativePath(_folder[store], file), file)).Where(f => f.Name[0] != '.')
        .ToDictionary(f => f.Name, f => Convert.ToHexString(File.ReadAllBytes(f.file))));
}
