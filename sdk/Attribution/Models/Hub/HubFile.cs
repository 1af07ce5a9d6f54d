namespace Attribution.Models.Hub;

/// <summary>A file of a hub repository at one commit.</summary>
/// <param name="Path">Its path in the repository, with forward slashes.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Hash">
/// What the hub's cache names its blob by: the SHA-256 of the content (64 hexadecimal digits) for large files, git's SHA-1 blob id
/// (40 digits) for the others.
/// </param>
public sealed record HubFile(string Path, long Size, string Hash);
