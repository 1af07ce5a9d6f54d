using Attribution.Diagnostics;

namespace Attribution.Models.Hub;

/// <summary>
/// The Hugging Face hub with its local cache. Downloads use the cache's own layout, resume where they ended, are checked by size and hash, and happen once even
/// if many processes want the same file.
/// </summary>
/// <param name="settings">The addresses of the hub and the cache.</param>
internal sealed class HubClient(HubSettings settings) : IDisposable
{
    private const int ParallelDownloads = 4;

    /// <summary>The largest repositories have some 100,000 files, each with 200 bytes in a listing.</summary>
    private const int LargestListing = 64 << 20;

    private readonly HubTransport _transport = new(settings);
    private readonly HubCache _cache = new(settings.CacheFolder);

    /// <summary>The cached commit of a revision; null if there is none. Asks no server.</summary>
    public string? FindCachedCommit(HubRepository repository) => _cache.FindCommit(repository);

    /// <summary>The folder of a commit's files, whether or not it has any yet.</summary>
    public string SnapshotFolder(HubRepository repository, string commit) => _cache.Snapshot(repository, commit);

    /// <summary>Whether the cache has recorded that a commit has no such file.</summary>
    public bool IsKnownAbsent(HubRepository repository, string commit, string path) => _cache.IsKnownAbsent(repository, commit, path);

    /// <summary>Records in the cache that a commit has no such file.</summary>
    public void MarkAbsent(HubListing listing, string path) => _cache.MarkAbsent(listing.Repository, listing.Commit, path);

    /// <summary>Asks the hub for the files of a repository, at the revision's cached commit if there is one, else at the newest.</summary>
    /// <exception cref="AttributionException">ATTR1123 to ATTR1127.</exception>
    public async Task<HubListing> ListAsync(HubRepository repository, CancellationToken cancel = default)
    {
        if (settings.Offline)
            throw new AttributionException(ErrorCodes.HubOffline,
                $"{repository} is not, or not completely, in the hub cache, and HF_HUB_OFFLINE forbids fetching it. Unset it, or fetch it once with access "
                + "to the hub and this cache.")
            { File = settings.CacheFolder, Property = repository.ToString() };
        var path = repository.ApiPath(FindCachedCommit(repository) ?? repository.Revision);
        var json = await new HubRetry(settings, _transport, repository).RunAsync(async cancelled =>
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
            deadline.CancelAfter(settings.ListingDeadline);
            try
            {
                return await ReadListingAsync(deadline.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException e) when (!cancelled.IsCancellationRequested)
            {
                throw new HubTransientException($"its list of files was not whole after {settings.ListingDeadline.TotalSeconds:0.#} s", inner: e);
            }
        }, cancel).ConfigureAwait(false);
        return HubListing.Parse(repository, json);

        async Task<byte[]> ReadListingAsync(CancellationToken token)
        {
            using var response = await _transport.GetAsync(repository, path, 0, token).ConfigureAwait(false);
            using var body = await response.Content.ReadAsStreamAsync(token).ConfigureAwait(false);
            var bytes = new MemoryStream();
            var buffer = new byte[1 << 16];
            while (await _transport.ReadAsync(body, buffer, token).ConfigureAwait(false) is > 0 and var count)
                if (bytes.Length + count > LargestListing)
                    throw new AttributionException(ErrorCodes.HubContent,
                        $"The hub's list of the files of {repository} has more than {LargestListing >> 20} MB, which no repository's has. Is "
                        + "HF_ENDPOINT a Hugging Face hub?")
                    { Property = repository.ToString() };
                else
                    bytes.Write(buffer, 0, count);
            return bytes.ToArray();
        }
    }

    /// <summary>Makes sure that files of a commit are in the cache. Downloads several at a time, small ones first.</summary>
    /// <param name="listing">The commit.</param>
    /// <param name="files">The files.</param>
    /// <param name="progress">Receives the number of bytes, from several threads.</param>
    /// <param name="cancel">Cancels the download; received bytes are kept, and a later download resumes.</param>
    /// <returns>The snapshot's folder.</returns>
    /// <exception cref="AttributionException">ATTR1124 to ATTR1128.</exception>
    public async Task<string> DownloadAsync(HubListing listing, IEnumerable<HubFile> files, IProgress<HubProgress>? progress = null,
        CancellationToken cancel = default)
    {
        var wanted = files.OrderBy(file => file.Size).ToArray();
        var total = Total(wanted.Select(file => file.Size));
        var done = new long[wanted.Length];
        var downloads = wanted.Select((file, i) => new HubBlobDownload(settings, _transport, _cache, listing, file, bytes => Report(i, bytes))).ToArray();
        _cache.CheckRoom(Total(downloads.Select(download => download.RemainingBytes)));
        await Parallel.ForEachAsync(
            downloads,
            new ParallelOptions { MaxDegreeOfParallelism = ParallelDownloads, CancellationToken = cancel },
            async (download, token) => await download.RunAsync(token).ConfigureAwait(false)).ConfigureAwait(false);
        _cache.WriteCommit(listing.Repository, listing.Commit);
        return _cache.Snapshot(listing.Repository, listing.Commit);

        void Report(int i, long bytes)
        {
            long sum;
            lock (done)
            {
                done[i] = bytes;
                sum = done.Sum();
            }
            progress?.Report(new(wanted[i].Path, sum, total));
        }
    }

    // The sum saturates: announced sizes that exceed the room must not overflow to a smaller number.
    private static long Total(IEnumerable<long> sizes) => sizes.Aggregate(0L, (sum, size) => size > long.MaxValue - sum ? long.MaxValue : sum + size);

    public void Dispose() => _transport.Dispose();
}
