namespace Attribution.Data.Store;

/// <summary>A file of an artifact as it was when written.</summary>
/// <param name="Name">Its path inside the artifact, with <c>/</c>.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Hash">The hash of its content.</param>
public sealed record OutputFile(string Name, long Bytes, ContentHash Hash);
