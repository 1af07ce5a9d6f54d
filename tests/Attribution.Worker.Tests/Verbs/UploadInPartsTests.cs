using Amazon.Runtime;
using Amazon.S3;
using Attribution.Data.Store;
using Attribution.Data.Store.Remote;
using Attribution.Diagnostics;

namespace Attribution.Worker.Tests.Verbs;

/// <summary>Files that are too large for one request: uploaded in parts, and in the bucket either whole or not at all.</summary>
public sealed class UploadInPartsTests : IDisposable
{
    private const int Large = 10_000, PartSize = 3000;

    private readonly TemporaryFolder _folder = new();
    private readonly S3Server _server = new();
    private readonly ArtifactStore _here;

    public UploadInPartsTests() => _here = new(_folder["here"]);

    public void Dispose()
    {
        _here.Dispose();
        _server.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_large_file_is_uploaded_in_parts_and_pulled_as_it_was()
    {
        var made = Fill();
        Push().ShouldBe(new TransferResult(1, 0, 0, Large + PartSize));
        PartsOf(made).ShouldBe([1, 2, 3, 4]);
        _server.Requests.Count(line => line.StartsWith("PUT", StringComparison.Ordinal) && !IsPart(line)).ShouldBe(2, "the small file and the manifest");
        _server.Uploads.ShouldBeEmpty();
        _server.Faults.ShouldBeEmpty();
        _server.Objects[KeyOf(made)].ShouldBe(File.ReadAllBytes(made.PathOf("large")));

        Pull("there").Moved.ShouldBe(1);
        File.ReadAllBytes(Path.Combine(_folder["there"], "vectors", $"{made.Fingerprint}", "large")).ShouldBe(File.ReadAllBytes(made.PathOf("large")));
    }

    [Fact]
    public void A_large_file_with_two_parts_in_the_wrong_order_is_never_taken()
    {
        var made = Fill();
        Push();
        var whole = _server.Objects[KeyOf(made)];
        _server.Objects[KeyOf(made)] = [.. whole[PartSize..(2 * PartSize)], .. whole[..PartSize], .. whole[(2 * PartSize)..]];
        var said = new List<string>();
        Pull("there", said).ShouldBe(new TransferResult(0, 0, 1, 0));
        said.ShouldHaveSingleItem().ShouldContain("the content of its file large is not what was written");
        Directory.Exists(Path.Combine(_folder["there"], "vectors")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("PUT", "partNumber=3")]
    [InlineData("POST", "?uploads")]
    [InlineData("POST", "uploadId=")] // completing
    public void An_upload_that_fails_is_aborted_and_leaves_no_object_and_the_next_one_succeeds(string method, string at)
    {
        var made = Fill();
        _server.Refuse = line => line.StartsWith(method, StringComparison.Ordinal) && line.Contains(at, StringComparison.Ordinal);
        var error = Should.Throw<AttributionException>(() => Push());
        error.Code.ShouldBe(ErrorCodes.RemoteFailed);
        error.Message.ShouldContain("s3://results/team");
        error.Message.ShouldContain("not for", customMessage: "it says what the service said");
        _server.Uploads.ShouldBeEmpty("what was not completed is aborted");
        _server.Objects.Keys.ShouldNotContain(key =>
            key.EndsWith("large", StringComparison.Ordinal) || key.EndsWith("manifest.json", StringComparison.Ordinal));
        Pull("there").ShouldBe(new TransferResult(0, 0, 0, 0));

        _server.Refuse = _ => false;
        Push().Moved.ShouldBe(1);
        _server.Objects[KeyOf(made)].Length.ShouldBe(Large);
    }

    [Fact]
    public void An_upload_that_cannot_even_be_aborted_fails_with_its_own_error()
    {
        Fill();
        _server.Refuse = line => line.Contains("partNumber=2", StringComparison.Ordinal) || line.StartsWith("DELETE", StringComparison.Ordinal);
        Should.Throw<AttributionException>(() => Push()).Code.ShouldBe(ErrorCodes.RemoteFailed);
        _server.Requests.ShouldContain(line => line.StartsWith("DELETE", StringComparison.Ordinal));
        _server.Objects.Keys.ShouldNotContain(key => key.EndsWith("large", StringComparison.Ordinal));
    }

    [Fact]
    public void An_upload_that_is_cancelled_is_aborted()
    {
        Fill();
        using var stop = new CancellationTokenSource();
        _server.Refuse = line =>
        {
            if (IsPart(line))
                stop.Cancel();
            return false;
        };
        Should.Throw<OperationCanceledException>(() => Push(stop.Token));
        _server.Uploads.ShouldBeEmpty();
        _server.Objects.Keys.ShouldNotContain(key => key.EndsWith("large", StringComparison.Ordinal));
    }

    private Artifact Fill() => _here.GetOrCreate(StageRequest.Resolve("vectors", new { k = 1 }, _here.Hasher, ContentHash.Of("library")), builder =>
    {
        File.WriteAllBytes(builder.PathOf("large"), [.. Enumerable.Range(0, Large).Select(i => (byte)(i * i / 7))]);
        File.WriteAllBytes(builder.PathOf("a"), new byte[PartSize]);
    });

    private TransferResult Push(CancellationToken cancellation = default)
    {
        using var bucket = Bucket();
        return new RemoteTransfer(_here, bucket, _ => { }).Push(cancellation);
    }

    private TransferResult Pull(string to, List<string>? said = null)
    {
        using var bucket = Bucket();
        using var store = new ArtifactStore(_folder[to]);
        return new RemoteTransfer(store, bucket, line => said?.Add(line)).Pull(default);
    }

    private RemoteBucket Bucket() => new(new AmazonS3Client(new BasicAWSCredentials(S3Server.KeyId, S3Server.Secret),
        RemoteBucket.ConfigOf(_server.Address, S3Server.Region, "--store")), S3Server.Bucket, "team")
    { LargestAtOnce = PartSize, PartSize = PartSize };

    private IEnumerable<int> PartsOf(Artifact made) => _server.Requests
        .Where(line => IsPart(line) && line.Contains($"{made.Fingerprint}", StringComparison.Ordinal))
        .Select(line => line[(line.IndexOf("partNumber=", StringComparison.Ordinal) + "partNumber=".Length)..].Split('&')[0])
        .Select(number => int.Parse(number, System.Globalization.CultureInfo.InvariantCulture)).Order();

    private static bool IsPart(string line) => line.Contains("partNumber=", StringComparison.Ordinal);

    private static string KeyOf(Artifact made) => $"team/vectors/{made.Fingerprint}/large";
}
