using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;
using Attribution.Contracts;
using Attribution.Diagnostics;

namespace Attribution.Data.Store.Remote;

/// <summary>
/// A bucket of S3 or of a service with the same interface: <c>prefix/stage/fingerprint/file</c>. The manifest is written last; an artifact without a manifest
/// does not count. Credentials, region and endpoint are read as AWS's own tools read them.
/// </summary>
internal sealed class RemoteBucket : IRemoteStore
{
    private static readonly string[] EndpointVariables = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"];

    // A page has 1,000 objects.
    private const int MostPages = 100_000;

    // The service takes 5 GiB in one request; an interrupted request starts again from the beginning.
    private const long LargestAtOnce = 1L << 30;

    private readonly AmazonS3Client _client;
    private readonly string _bucket, _prefix;

    private RemoteBucket(AmazonS3Client client, string bucket, string prefix) =>
        (_client, _bucket, _prefix) = (client, bucket, prefix.Length == 0 ? "" : prefix + "/");

    /// <inheritdoc/>
    public string Name => $"s3://{_bucket}/{_prefix}".TrimEnd('/');

    /// <summary>Opens a bucket.</summary>
    /// <exception cref="AttributionException">ATTR1814: the endpoint is not an address, or there are no credentials.</exception>
    public static RemoteBucket Open(string bucket, string prefix, string property)
    {
        var config = new AmazonS3Config
        {
            // The manifest has the SHA-256 of every file, and not all services know other checksums.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            HttpClientFactory = new BoundedResponses.Factory(),
        };
        if (EndpointVariables.Select(Environment.GetEnvironmentVariable).FirstOrDefault(value => value is { Length: > 0 }) is { } endpoint)
        {
            if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length > 0)
                throw RemoteStores.Invalid($"{string.Join(" or ", EndpointVariables)} is no address of a service. Write one such as http://localhost:9000.",
                    property);
            config.ServiceURL = endpoint;
            // Such services rarely have a host name for each bucket.
            config.ForcePathStyle = true;
            config.AuthenticationRegion = Region() ?? "us-east-1";
        }
        else if (Region() is { } region)
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(region);
        try
        {
            var credentials = DefaultAWSCredentialsIdentityResolver.GetCredentials(config);
            var keys = credentials.GetCredentials();
            foreach (var key in new[] { keys.AccessKey, keys.SecretKey, keys.Token })
                if (key is { Length: > 0 })
                    KnownSecrets.Add(key);
            return new(new AmazonS3Client(credentials, config), bucket, prefix);
        }
        catch (AmazonClientException e)
        {
            throw RemoteStores.Invalid($"s3://{bucket} cannot be opened: {Cleaned(e)} Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or AWS_PROFILE), and "
                + "AWS_REGION, in the environment or a .env file.", property, e);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<RemoteArtifact> List(CancellationToken cancellation)
    {
        var request = new ListObjectsV2Request { BucketName = _bucket, Prefix = _prefix };
        for (var pages = 1; ; pages++)
        {
            var page = Asked(() => _client.ListObjectsV2Async(request, cancellation));
            foreach (var item in page.S3Objects ?? [])
                if (item.Key is { } key && key.StartsWith(_prefix, StringComparison.Ordinal)
                    && key[_prefix.Length..].Split('/') is [var stage, var name, Manifest.FileName] && ContentHash.TryParse(name, out var fingerprint))
                    yield return new(stage, fingerprint);
            if (page.NextContinuationToken is not { } next)
                yield break;
            if (next == request.ContinuationToken || pages == MostPages)
                throw new IOException($"The listing of {Name} has no end.");
            request.ContinuationToken = next;
        }
    }

    /// <inheritdoc/>
    public Stream? Open(RemoteArtifact artifact, string file, CancellationToken cancellation)
    {
        try
        {
            return new ResponseStream(Asked(() => _client.GetObjectAsync(_bucket, KeyOf(artifact, file), cancellation)), cancellation);
        }
        catch (IOException e) when (e.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.NotFound, ErrorCode: not "NoSuchBucket" })
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Put(RemoteArtifact artifact, string folder, IReadOnlyList<OutputFile> files, CancellationToken cancellation)
    {
        foreach (var name in files.Select(file => file.Name).Append(Manifest.FileName))
            Asked(() => PutAsync(KeyOf(artifact, name), Path.Combine(folder, name), cancellation));
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static string? Region() => new[] { "AWS_REGION", "AWS_DEFAULT_REGION" }.Select(Environment.GetEnvironmentVariable)
        .FirstOrDefault(value => value is { Length: > 0 });

    private async Task<bool> PutAsync(string key, string path, CancellationToken cancellation)
    {
        if (new FileInfo(path).Length > LargestAtOnce)
        {
            // Uploaded in parts; the parts of an interrupted upload are not an object.
            using var transfer = new TransferUtility(_client);
            await transfer.UploadAsync(path, _bucket, key, cancellation).ConfigureAwait(false);
        }
        else
            // Signed as a whole: not every service supports signed chunks.
            await _client.PutObjectAsync(new PutObjectRequest { BucketName = _bucket, Key = key, FilePath = path, UseChunkEncoding = false }, cancellation)
                .ConfigureAwait(false);
        return true;
    }

    private string KeyOf(RemoteArtifact artifact, string file) => $"{_prefix}{artifact.Path}/{file}";

    private static string Cleaned(Exception e) => ForeignText.Visible(KnownSecrets.Hide(e.Message.ReplaceLineEndings(" "))).TrimEnd('.') + ".";

    private static T Asked<T>(Func<Task<T>> ask)
    {
        try
        {
            return ask().GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            // The package throws whatever its parsers do at an answer that is not S3's.
            throw new IOException(Cleaned(e), e);
        }
    }

    /// <summary>The body of a response, which is disposed with it; an interruption is an <see cref="IOException"/>.</summary>
    private sealed class ResponseStream(GetObjectResponse response, CancellationToken cancellation) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            silence.CancelAfter(BoundedResponses.Patience);
            try
            {
                return response.ResponseStream.ReadAsync(buffer.AsMemory(offset, count), silence.Token).AsTask().GetAwaiter().GetResult();
            }
            catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
            {
                throw new IOException($"The service was silent for {BoundedResponses.Patience.TotalSeconds:0} s.", e);
            }
            catch (Exception e) when (e is AmazonClientException or HttpRequestException)
            {
                throw new IOException(Cleaned(e), e);
            }
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                response.Dispose();
            base.Dispose(disposing);
        }
    }
}
