namespace Attribution.Reporting;

/// <summary>A file that an experiment read.</summary>
/// <param name="Path">Its path relative to the experiment, or its name if it lies elsewhere.</param>
/// <param name="Sha256">The hash of its content.</param>
/// <param name="Bytes">Its size; null if it is gone.</param>
/// <param name="Stages">The stages that read it.</param>
public sealed record InputHash(string Path, string Sha256, long? Bytes, IReadOnlyList<string> Stages);
