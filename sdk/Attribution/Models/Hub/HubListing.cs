using System.Text.Json;
using System.Text.RegularExpressions;
using Attribution.Diagnostics;

namespace Attribution.Models.Hub;

/// <summary>The files of a repository at one commit.</summary>
/// <param name="Repository">The repository, at the requested revision.</param>
/// <param name="Commit">The commit that the revision names.</param>
/// <param name="Files">All its files.</param>
internal sealed partial record HubListing(HubRepository Repository, string Commit, IReadOnlyList<HubFile> Files)
{
    /// <summary>The file with this path; null if there is none.</summary>
    public HubFile? Find(string path) => Files.FirstOrDefault(file => file.Path == path);

    /// <summary>Reads the hub's response: <c>sha</c> and, per sibling, <c>rfilename</c>, <c>size</c>, <c>blobId</c> and <c>lfs.sha256</c>.</summary>
    /// <remarks>All of these become paths in the cache, so names that could lead outside of it are rejected.</remarks>
    internal static HubListing Parse(HubRepository repository, byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var commit = document.RootElement.GetProperty("sha").GetString() ?? "";
            if (!HubRepository.IsCommit(commit))
                throw new FormatException("'sha' is no commit");
            return new(repository, commit, [.. document.RootElement.GetProperty("siblings").EnumerateArray().Select(ReadFile)]);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new AttributionException(ErrorCodes.HubContent,
                $"The hub's list of the files of {repository} is not what the hub's API promises ({e.Message}). Is HF_ENDPOINT a Hugging Face hub?",
                e)
            { Property = repository.ToString() };
        }
    }

    private static HubFile ReadFile(JsonElement sibling)
    {
        var path = sibling.GetProperty("rfilename").GetString() ?? "";
        if (path.Split('/').Any(part => part is "" or "." or "..") || path.AsSpan().IndexOfAny("\\\0:") >= 0)
            throw new FormatException($"'{path}' is no file of a repository");
        var large = sibling.TryGetProperty("lfs", out var lfs) && lfs.ValueKind == JsonValueKind.Object;
        var hash = (large ? lfs.GetProperty("sha256") : sibling.GetProperty("blobId")).GetString() ?? "";
        if (!HashPattern.IsMatch(hash))
            throw new FormatException($"'{path}' has no hash");
        var size = (large ? lfs : sibling).GetProperty("size").GetInt64();
        return size >= 0 ? new(path, size, hash) : throw new FormatException($"'{path}' has the size {size}");
    }

    [GeneratedRegex(@"^([0-9a-f]{40}|[0-9a-f]{64})\z", RegexOptions.CultureInvariant)]
    private static partial Regex HashPattern { get; }
}

/// <summary>A file of a hub repository at one commit.</summary>
/// <param name="Path">Its path in the repository, with forward slashes.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Hash">The name of its blob in the hub's cache: the SHA-256 of the content (64 hexadecimal digits) for large files, git's SHA-1 blob id (40
/// digits) for others.</param>
internal sealed record HubFile(string Path, long Size, string Hash);
