using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Attribution.Diagnostics;

namespace Attribution.Models.Hub;

/// <summary>
/// Downloads the content of one file into the cache. It resumes where an earlier attempt ended, checks the content, and only then gives it its final name.
/// </summary>
internal sealed class HubBlobDownload(HubSettings settings, HubTransport transport, HubCache cache, HubListing listing, HubFile file, Action<long> report)
{
    private const int BufferBytes = 1 << 18;

    private readonly string _blob = cache.Blob(listing.Repository, file.Hash);
    private readonly string _incomplete = cache.Blob(listing.Repository, file.Hash) + ".incomplete";

    /// <summary>The number of bytes still to download.</summary>
    public long RemainingBytes => IsHere ? 0 : Math.Max(0, file.Size - (File.Exists(_incomplete) ? new FileInfo(_incomplete).Length : 0));

    private bool IsHere => new FileInfo(_blob) is { Exists: true } found && found.Length == file.Size;

    /// <summary>Makes sure that the blob exists and is linked; one process at a time.</summary>
    /// <exception cref="AttributionException">ATTR1124 to ATTR1128.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var held = await cache.LockAsync(listing.Repository, file.Hash, cancel).ConfigureAwait(false);
        if (!IsHere)
        {
            cache.Guard(() => Directory.CreateDirectory(Path.GetDirectoryName(_blob)!));
            // The part that an earlier process left may be damaged; a complete file that is wrong twice is wrong on the hub.
            if (!await TryFetchAsync(cancel).ConfigureAwait(false) && !await TryFetchAsync(cancel).ConfigureAwait(false))
                throw new AttributionException(ErrorCodes.HubContent,
                    $"The hub sent another content of {file.Path} than it announces ({file.Size} bytes, "
                    + $"{(file.Hash.Length == 64 ? "SHA-256" : "git SHA-1")} {file.Hash}), twice. It was deleted. Try again "
                    + "later or another HF_ENDPOINT.")
                { File = file.Path, Property = listing.Repository.ToString() };
            cache.Guard(() => File.Move(_incomplete, _blob, overwrite: true));
        }
        report(file.Size);
        cache.Link(listing.Repository, listing.Commit, file);
    }

    private async Task<bool> TryFetchAsync(CancellationToken cancel)
    {
        var retry = new HubRetry(settings, transport, listing.Repository);
        var furthest = 0L;
        var whole = await retry.RunAsync(async token =>
        {
            using var target = Open();
            return await ContinueAsync(target, Advanced, token).ConfigureAwait(false);
        }, cancel).ConfigureAwait(false);
        if (whole && await HasAnnouncedHashAsync(cancel).ConfigureAwait(false))
            return true;
        cache.Guard(() => File.Delete(_incomplete));
        return false;

        // A server that starts over each time makes no progress: only bytes that are new count.
        void Advanced(long position)
        {
            // Nor does a server that trickles.
            if (position >= furthest + settings.SlowestBytes || (position == file.Size && position > furthest))
            {
                furthest = position;
                retry.MadeProgress();
            }
            report(Math.Min(position, file.Size));
        }
    }

    private FileStream Open()
    {
        FileStream? stream = null;
        cache.Guard(() => stream = new FileStream(_incomplete, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0));
        return stream!;
    }

    /// <summary>Downloads the missing part of the target.</summary>
    /// <returns>False if the server's content does not have the announced size.</returns>
    private async Task<bool> ContinueAsync(FileStream target, Action<long> advanced, CancellationToken cancel)
    {
        var position = target.Length;
        if (position > file.Size)
            return false;
        if (position == file.Size)
            return true;
        using var response = await transport.GetAsync(listing.Repository, listing.Repository.FilePath(listing.Commit, file.Path), position,
            cancel).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            return false;
        if (response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From != position)
            return false;
        if (response.StatusCode == HttpStatusCode.OK && position > 0)
        {
            position = 0;
            cache.Guard(() => target.SetLength(0));
        }
        target.Position = position;
        using var body = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        var buffer = new byte[BufferBytes];
        var (clock, mark) = (Stopwatch.StartNew(), position);
        while (await transport.ReadAsync(body, buffer, cancel).ConfigureAwait(false) is > 0 and var count)
        {
            position += count;
            if (position > file.Size)
                return false;
            if (clock.Elapsed > settings.Timeout)
            {
                if (position - mark < settings.SlowestBytes)
                    throw new HubTransientException($"{file.Path} came with {position - mark} bytes in {clock.Elapsed.TotalSeconds:0} s");
                (clock, mark) = (Stopwatch.StartNew(), position);
            }
            cache.Guard(() => target.Write(buffer, 0, count));
            advanced(position);
        }
        if (position < file.Size)
            throw new HubTransientException($"the transfer of {file.Path} ended after {position} of {file.Size} bytes");
        cache.Guard(() => target.Flush(flushToDisk: true));
        return true;
    }

    private async Task<bool> HasAnnouncedHashAsync(CancellationToken cancel)
    {
        using var content = File.OpenRead(_incomplete);
        if (file.Hash.Length == 64)
            return Matches(await SHA256.HashDataAsync(content, cancel).ConfigureAwait(false));
        // Git's blob id: SHA-1 over "blob", the size in decimal, a zero byte, and the content.
        using var sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        sha1.AppendData(Encoding.ASCII.GetBytes($"blob {file.Size}\0"));
        var buffer = new byte[BufferBytes];
        while (await content.ReadAsync(buffer, cancel).ConfigureAwait(false) is > 0 and var count)
            sha1.AppendData(buffer, 0, count);
        return Matches(sha1.GetHashAndReset());
    }

    private bool Matches(byte[] hash) => Convert.ToHexStringLower(hash) == file.Hash;
}
