using Attribution.Contracts;

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
                yield return new(ProjectErrorCodes.NameMisspelled, $"{name} is an item: write <{name} Include=\"...\" /> in an ItemGroup.", name);
            else if (Suggest(name, settings) is { } meant)
                yield return Misspelled("property", name, meant);

        foreach (var name in globalProperties)
            if (Suggest(name, settings) is { } meant)
                yield return new(ProjectErrorCodes.NameMisspelled, $"-p:{name} is no property of an experiment. Did you mean {meant}?");

        foreach (var (name, metadata) in project.Items)
        {
            if (settings.Contains(name, StringComparer.OrdinalIgnoreCase))
                yield return new(ProjectErrorCodes.NameMisspelled, $"{name} is a property: write <{name}>...</{name}> in a PropertyGroup.", name);
            else if (Items.TryGetValue(name, out var known))
                foreach (var (attribute, meant) in metadata.Select(m => (m, Suggest(m, known))).Where(m => m.Item2 is not null))
                    yield return new(ProjectErrorCodes.NameMisspelled, $"{name} has no metadata {attribute}. Did you mean {meant}?", attribute);
            else if (!project.Reads(name) && Suggest(name, [.. Items.Keys]) is { } meant)
                yield return Misspelled("item", name, meant);
        }
    }

    /// <summary>The known names closest to an unknown one, if they are close enough; null for a known name, or one that is far from all.</summary>
    internal static string? Suggest(string name, IReadOnlyCollection<string> known)
    {
        if (known.Contains(name, StringComparer.OrdinalIgnoreCase))
            return null;
        var close = known.Select(k => (Name: k, Distance: EditDistance.Between(name, k))).Where(k => k.Distance <= Tolerance(name, k.Name)).ToList();
        return close.Count == 0 ? null : string.Join(" or ", close.Where(k => k.Distance == close.Min(c => c.Distance)).Select(k => k.Name));
    }

    private static int Tolerance(string x, string y) => Math.Min(x.Length, y.Length) switch { < 4 => 0, < 6 => 1, < 9 => 2, _ => 3 };

    private static Problem Misspelled(string kind, string name, string meant) => new(ProjectErrorCodes.NameMisspelled,
        $"{name} is no {kind} of an experiment, and nothing reads it. Did you mean {meant}?", name);
}
