namespace Attribution.Reporting;

/// <summary>What the results were made from.</summary>
/// <param name="Inputs">The files, by path.</param>
/// <param name="Versions">The programs that took part, with their versions.</param>
/// <param name="Devices">What computed.</param>
/// <param name="Library">The hashes of the code, which are part of every result's address.</param>
public sealed record Provenance(IReadOnlyList<InputHash> Inputs, IReadOnlyDictionary<string, string> Versions, IReadOnlyList<string> Devices, IReadOnlyList<string> Library);
