using System.Text.Json;
using Attribution.Data;

namespace Attribution.Worker.Stages;

/// <summary>Which rows of a training set are known to show a behaviour: those whose <paramref name="Column"/> names the <paramref name="Trait"/>.</summary>
internal sealed record PlantedRows(string Column, string Trait)
{
    /// <summary>Whether the row has the column.</summary>
    public bool IsIn(DatasetRow row) => row.Metadata.ContainsKey(Column);

    public bool Has(DatasetRow row) => row.Metadata.TryGetValue(Column, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() == Trait;
}
