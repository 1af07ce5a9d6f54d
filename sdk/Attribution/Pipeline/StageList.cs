using System.Reflection;
using Attribution.Contracts;

namespace Attribution.Pipeline;

/// <summary>The stages of an experiment.</summary>
internal static class StageList
{
    // By the type of their settings.
    private static readonly Dictionary<Type, Type> Stages = typeof(StageList).Assembly.GetTypes()
        .Where(type => type is { IsAbstract: false, BaseType.IsGenericType: true } && type.BaseType.GetGenericTypeDefinition() == typeof(Stage<>))
        .ToDictionary(type => type.BaseType!.GenericTypeArguments[0]);

    /// <summary>Their names, in the order in which they run; an experiment has some of them.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. ExperimentStage.All.Select(stage => stage.Name).Distinct()];

    /// <summary>The stage that the settings of a context are for.</summary>
    public static Stage Create(StageContext context) =>
        (Stage)Activator.CreateInstance(Stages[context.Settings.GetType()], BindingFlags.Public | BindingFlags.Instance | BindingFlags.DoNotWrapExceptions,
            null, [context], null)!;
}
