using System.Reflection;
using Attribution.Contracts;

namespace Attribution.Pipeline;

/// <summary>The stages of an experiment.</summary>
internal static class StageList
{
    /// <summary>Their names, in the order in which they run; an experiment has some of them.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. ExperimentStage.All.Select(stage => stage.Name).Distinct()];

    /// <summary>The stage that the settings of a context are for: of <c>FineTuneSettings</c> it is <c>FineTuneStage</c>.</summary>
    public static Stage Create(StageContext context)
    {
        var name = context.Settings.GetType().Name.Replace("Settings", "Stage", StringComparison.Ordinal);
        // Found by its name: a look at every type of the library would load libtorch for stages that have no use for it.
        var stage = typeof(StageList).Assembly.GetType($"{typeof(StageList).Namespace}.{name}") ?? typeof(StageList).Assembly.GetType($"{typeof(StageList).Namespace}.Context.{name}")
            ?? throw new InvalidOperationException($"there is no {name} in {typeof(StageList).Namespace}, and {context.Settings.GetType().Name} asks for it");
        return (Stage)Activator.CreateInstance(stage, BindingFlags.Public | BindingFlags.Instance | BindingFlags.DoNotWrapExceptions, null, [context], null)!;
    }
}
