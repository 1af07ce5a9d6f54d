using System.Reflection;
using Attribution.Contracts.ContextAttribution;
using Attribution.Contracts.DataSelection;

namespace Attribution.Contracts;

/// <summary>
/// Everything that an experiment's project may set: the members with <see cref="ProjectPropertyAttribute"/> or <see cref="ItemMetadataAttribute"/>.
/// </summary>
internal static class ProjectSettings
{
    // ImportDatasets comes last: the only properties that it reads are those of the judging model.
    private static readonly IReadOnlyList<SettingUse> Uses =
    [
        .. UsesIn(typeof(BuildSettings), null).Where(use => use.Property.Name == nameof(BuildSettings.ExperimentKind)),
        .. ExperimentStage.All.Skip(1).Concat(ExperimentStage.All.Take(1)).SelectMany(stage => UsesIn(stage.Settings, stage)),
        .. UsesIn(typeof(BuildSettings), null).Where(use => use.Property.Name != nameof(BuildSettings.ExperimentKind)),
    ];

    // The types that hold metadata, in the order of the docs.
    private static readonly Type[] MetadataTypes =
        [typeof(DatasetSettings), typeof(RecipeParameterNames), typeof(GroundTruthMetadataNames), typeof(TrainSettings), typeof(EvalSettings),
            typeof(ComputeAttributionSettings),
            typeof(ContextDatasetSettings)];

    /// <summary>The properties, each with all the settings that are read from it.</summary>
    public static IReadOnlyList<IGrouping<string, SettingUse>> Properties { get; } = [.. Uses.GroupBy(use => use.Property.Name)];

    /// <summary>The properties that change no result.</summary>
    public static IReadOnlySet<string> WithoutEffect { get; } =
        Uses.Where(use => use.Property.ChangesNoResult).Select(use => use.Property.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The metadata: its name, where it is declared, and the items that may have it.</summary>
    public static IReadOnlyList<(string Name, MemberInfo Member, IReadOnlyList<string> Items)> Metadata { get; } =
    [
        .. from type in MetadataTypes
           from member in type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
           let metadata = member.GetCustomAttribute<ItemMetadataAttribute>()
           where metadata is not null
           select (metadata.Name ?? member.Name, member, metadata.Items),
    ];

    /// <summary>The items, each with the names of its metadata.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Items { get; } = Names.Of(typeof(ProjectItemNames)).ToDictionary(
        item => item,
        item => (IReadOnlyList<string>)[.. Metadata.Where(metadata => metadata.Items.Contains(item)).Select(metadata => metadata.Name)],
        StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<SettingUse> UsesIn(Type type, ExperimentStage? stage)
    {
        object? settings = null;
        foreach (var member in type.GetProperties().OrderBy(member => Depth(member.DeclaringType!)))
            if (member.GetCustomAttribute<ProjectPropertyAttribute>() is { } property)
                yield return new(property, member, stage, member.GetValue(settings ??= Activator.CreateInstance(type)));
            else if ((member.PropertyType.GetElementType() ?? member.PropertyType) is { IsClass: true } inner && inner.Assembly == type.Assembly)
                foreach (var use in UsesIn(inner, stage))
                    yield return use;
    }

    private static int Depth(Type type) => type.BaseType is { } parent ? Depth(parent) + 1 : 0;
}

/// <summary>A setting that is read from a property.</summary>
/// <param name="Property">The property.</param>
/// <param name="Member">The setting.</param>
/// <param name="Stage">The stage whose settings contain it; null for <see cref="BuildSettings"/>.</param>
/// <param name="Default">The setting's value when the property is not set.</param>
internal sealed record SettingUse(ProjectPropertyAttribute Property, PropertyInfo Member, ExperimentStage? Stage, object? Default);
