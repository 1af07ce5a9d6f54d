using System.Text.Json;
using Attribution.ContextAttribution;

namespace Attribution.Pipeline.Context;

/// <summary>What belongs to a file of features.</summary>
/// <param name="Model">The model.</param>
/// <param name="Examples">How many examples there are.</param>
/// <param name="Excluded">How many were left out.</param>
internal sealed record FeatureFacts(ModelIdentity Model, int Examples, int Excluded)
{
    public const string File = "facts.json";

    public void Write(string path) => System.IO.File.WriteAllText(path, JsonSerializer.Serialize(this, Readable.Indented) + "\n");

    public static FeatureFacts Read(string path) => JsonSerializer.Deserialize<FeatureFacts>(System.IO.File.ReadAllBytes(path), Readable.Line)!;
}
