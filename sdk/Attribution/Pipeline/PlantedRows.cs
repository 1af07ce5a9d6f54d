namespace Attribution.Pipeline;

/// <summary>Which rows of a training set are known to show a behaviour: those whose <paramref name="Column"/> names the <paramref name="Trait"/>.</summary>
internal sealed record PlantedRows(string Column, string Trait);
