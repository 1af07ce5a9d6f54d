namespace Attribution.Models.Hub;

/// <summary>How far a download is.</summary>
/// <param name="File">The file that just got further.</param>
/// <param name="DoneBytes">The bytes of all wanted files that are here, cached or fetched.</param>
/// <param name="TotalBytes">The bytes of all wanted files.</param>
public readonly record struct HubProgress(string File, long DoneBytes, long TotalBytes);
