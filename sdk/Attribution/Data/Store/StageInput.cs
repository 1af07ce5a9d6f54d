namespace Attribution.Data.Store;

/// <summary>A file or folder that a request named, with the content it had.</summary>
/// <param name="Where">Where the request names it, such as <c>train.files[0]</c>.</param>
/// <param name="Path">The path it was read from.</param>
/// <param name="Hash">The hash of its content.</param>
public sealed record StageInput(string Where, string Path, ContentHash Hash);
