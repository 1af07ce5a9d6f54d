namespace Attribution.Sdk.Experiments;

/// <summary>The assembly of an experiment's own C# files.</summary>
/// <param name="Path">Relative to the project.</param>
/// <param name="Sha256">Of its content: a compilation that gave the same bytes changes no request.</param>
internal sealed record Plugin(string Path, string Sha256);
