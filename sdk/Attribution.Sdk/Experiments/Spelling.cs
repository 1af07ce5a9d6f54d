using Attribution.Contracts;
using Attribution.Diagnostics;

namespace Attribution.Sdk.Experiments;

/// <summary>
/// Finds misspelled names of the SDK, which MSBuild would ignore: with <c>&lt;TopN&gt;</c> 500 rows are selected without any message. A name that the project
/// reads itself, as <c>$(TopN)</c>, is the project's own.
/// </summary>
/// <param name="settings">The names of the SDK's properties.</param>
internal sealed class Spelling(IReadOnlyCollection<string> settings)
{
    /// <summary>The SDK's items with their metadata.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Items { get; } = ProjectSettings.Items;

    public IEnumerable<Problem> Check(ProjectFile project, IEnumerable<string> globalProperties)
    {
        foreach (var name in project.Properties.Distinct().Where(name => !project.Reads(name)))
            if (Items.ContainsKey(name))
                yield return new(ErrorCodes.NameMisspelled, $"{name} is an item: write <{name} Include=\"...\" /> in an ItemGroup.", name);
            else if (NearestName.Of(name, settings) is { } meant)
                yield return Misspelled("property", name, meant);

        foreach (var name in globalProperties)
            if (NearestName.Of(name, settings) is { } meant)
                yield return new(ErrorCodes.NameMisspelled, $"-p:{name} is no property of an experiment. Did you mean {meant}?");

        foreach (var (name, metadata) in project.Items)
        {
            if (settings.Contains(name, StringComparer.OrdinalIgnoreCase))
                yield return new(ErrorCodes.NameMisspelled, $"{name} is a property: write <{name}>...</{name}> in a PropertyGroup.", name);
            else if (Items.TryGetValue(name, out var known))
                foreach (var (attribute, meant) in metadata.Select(m => (m, NearestName.Of(m, known))).Where(m => m.Item2 is not null))
                    yield return new(ErrorCodes.NameMisspelled, $"{name} has no metadata {attribute}. Did you mean {meant}?", attribute);
            else if (!project.Reads(name) && NearestName.Of(name, [.. Items.Keys]) is { } meant)
                yield return Misspelled("item", name, meant);
        }
    }

    private static Problem Misspelled(string kind, string name, string meant) => new(ErrorCodes.NameMisspelled,
        $"{name} is no {kind} of an experiment, and nothing reads it. Did you mean {meant}?", name);
}
