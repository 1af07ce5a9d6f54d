using System.Text.Json;
using Attribution.Data;

namespace Attribution.Pipeline;

/// <summary>What later stages want to know of a dataset without reading it.</summary>
/// <param name="Rows">How many rows it has.</param>
/// <param name="WithoutControl">How many of them have no control.</param>
/// <param name="FirstWithoutControl">The index of the first of these.</param>
internal sealed record DatasetFacts(long Rows, long WithoutControl, long? FirstWithoutControl)
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public DatasetFacts With(DatasetRow row) => row.Control is null
        ? new(Rows + 1, WithoutControl + 1, FirstWithoutControl ?? row.Index)
        : this with { Rows = Rows + 1 };

    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, Options) + "\n");

    public static DatasetFacts Read(string path) => JsonSerializer.Deserialize<DatasetFacts>(File.ReadAllBytes(path), Options)!;
}
