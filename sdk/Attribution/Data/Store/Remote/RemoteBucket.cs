using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.S3;
using Amazon.S3.Model;
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

    // A page has 1,000 objects. The service takes at most 10,000 parts.
    private const int MostPages = 100_000, MostParts = 10_000, PartsAtOnce = 4;

    private readonly AmazonS3Client _client;
    private readonly string _bucket, _prefix;

    /// <param name="client">The client, which is disposed with the store.</param>
    /// <param name="bucket">The bucket.</param>
    /// <param name="prefix">What the names of its objects start with, without a slash at the end.</param>
    internal RemoteBucket(AmazonS3Client client, string bucket, string prefix) =>
        (_client, _bucket, _prefix) = (client, bucket, prefix.Length == 0 ? "" : prefix + "/");

    /// <summary>
    /// The largest file that is uploaded in one request, in bytes; larger ones are uploaded in parts. The service takes 5 GiB in one request,
    /// and an interrupted request starts again from the beginning.
    /// </summary>
    internal long LargestAtOnce { get; init; } = 1L << 30;

    /// <summary>The size of a part in bytes, or more where a file would have too many parts. The service takes at least 5 MiB.</summary>
    internal long PartSize { get; init; } = 64L << 20;

    /// <inheritdoc/>
    public string Name => $"s3://{_bucket}/{_prefix}".TrimEnd('/');

    /// <summary>Opens a bucket.</summary>
    /// <exception cref="AttributionException">ATTR1814: the endpoint is not an address, or there are no credentials.</exception>
    public static RemoteBucket Open(string bucket, string prefix, string property)
    {
        var endpoint = EndpointVariables.Select(Environment.GetEnvironmentVariable).FirstOrDefault(value => value is { Length: > 0 });
        var config = ConfigOf(endpoint, Region(), property);
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

    /// <summary>How a service is spoken to.</summary>
    /// <param name="endpoint">Its address; null for AWS.</param>
    /// <param name="region">Its region; null for the one of the profile.</param>
    /// <param name="property">The name of the property or option with the store's address, for errors.</param>
    /// <exception cref="AttributionException">ATTR1814: the endpoint is not an address.</exception>
    internal static AmazonS3Config ConfigOf(string? endpoint, string? region, string property)
    {
        var config = new AmazonS3Config
        {
            // The manifest has the SHA-256 of every file, and not all services know other checksums.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            HttpClientFactory = new BoundedResponses.Factory(),
        };
        if (endpoint is not null)
        {
            if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length > 0)
                throw RemoteStores.Invalid($"{string.Join(" or ", EndpointVariables)} is no address of a service. Write one such as http://localhost:9000.",
                    property);
            config.ServiceURL = endpoint;
            // Such services rarely have a host name for each bucket.
            config.ForcePathStyle = true;
            config.AuthenticationRegion = region ?? "us-east-1";
        }
        else if (region is not null)
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(region);
        return config;
    }

    private static string? Region() => new[] { "AWS_REGION", "AWS_DEFAULT_REGION" }.Select(Environment.GetEnvironmentVariable)
        .FirstOrDefault(value => value is { Length: > 0 });

    // Requests are signed as a whole: not every service supports signed chunks.
    private async Task<bool> PutAsync(string key, string path, CancellationToken cancellation)
    {
        if (new FileInfo(path).Length is var length && length > LargestAtOnce)
            await PutInPartsAsync(key, path, length, cancellation).ConfigureAwait(false);
        else
            await _client.PutObjectAsync(new PutObjectRequest { BucketName = _bucket, Key = key, FilePath = path, UseChunkEncoding = false }, cancellation)
                .ConfigureAwait(false);
        return true;
    }

    // The object exists once the upload is completed. An upload that fails is aborted, so that its parts do not stay there and cost money.
    private async Task PutInPartsAsync(string key, string path, long length, CancellationToken cancellation)
    {
        var upload = (await _client.InitiateMultipartUploadAsync(_bucket, key, cancellation).ConfigureAwait(false)).UploadId;
        try
        {
            var size = Math.Max(PartSize, (length + MostParts - 1) / MostParts);
            var parts = new PartETag[(length + size - 1) / size];
            await Parallel.ForAsync(0, parts.Length, new ParallelOptions { MaxDegreeOfParallelism = PartsAtOnce, CancellationToken = cancellation },
                async (i, stop) =>
                {
                    var first = i * size;
                    var answer = await _client.UploadPartAsync(new UploadPartRequest
                    {
                        BucketName = _bucket,
                        Key = key,
                        UploadId = upload,
                        PartNumber = i + 1,
                        FilePath = path,
                        FilePosition = first,
                        PartSize = Math.Min(size, length - first),
                        UseChunkEncoding = false,
                    }, stop).ConfigureAwait(false);
                    parts[i] = new PartETag(i + 1, answer.ETag);
                }).ConfigureAwait(false);
            await _client.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
            {
                BucketName = _bucket,
                Key = key,
                UploadId = upload,
                PartETags = [.. parts],
            }, cancellation).ConfigureAwait(false);
        }
        catch
        {
            await AbortAsync(key, upload).ConfigureAwait(false);
            throw;
        }
    }

    private async Task AbortAsync(string key, string upload)
    {
        try
        {
            await _client.AbortMultipartUploadAsync(_bucket, key, upload, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AmazonClientException or AmazonServiceException or HttpRequestException)
        {
            // The error that ended the upload is the one to tell. A bucket's own rules remove parts of uploads that were never completed.
        }
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
