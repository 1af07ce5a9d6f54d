using Attribution.Contracts.DataSelection;
using Attribution.Diagnostics;

namespace Attribution.Sdk.Experiments;

/// <summary>Checks an item's metadata about the form of its file's conversations.</summary>
internal static class DatasetLayout
{
    /// <summary>A problem for each metadata that contradicts other metadata of the item.</summary>
    public static IEnumerable<Problem> Contradictions(DatasetSettings dataset, string kind, string include)
    {
        (string Name, string? Value)[] said =
        [
            (nameof(dataset.Format), dataset.Format),
            (nameof(dataset.TreatmentColumn), dataset.TreatmentColumn),
            (nameof(dataset.ControlColumn), dataset.ControlColumn),
        ];
        if (dataset.Recipe is { } recipe)
        {
            foreach (var (name, value) in said.Where(metadata => metadata.Value is not null))
                yield return Invalid($"has {name}=\"{value}\" and Recipe=\"{recipe}\", and a recipe makes the conversations itself. Remove one of them.");
            yield break;
        }
        if (dataset.Format is { } format && dataset.TreatmentColumn is { } treatment)
            yield return Invalid($"has Format=\"{format}\" and TreatmentColumn=\"{treatment}\", and each says where the treatments are. Remove one of them.");
        if (dataset.ControlColumn is { } control && dataset.TreatmentColumn is null)
            yield return Invalid($"has ControlColumn=\"{control}\" and no TreatmentColumn. Add TreatmentColumn=\"...\".");

        Problem Invalid(string what) => new(ErrorCodes.ValueInvalid, $"{kind} {include} {what}", kind, include);
    }
}
