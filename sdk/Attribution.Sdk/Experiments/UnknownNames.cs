using Attribution.Contracts;
using Attribution.Diagnostics;

namespace Attribution.Sdk.Experiments;

/// <summary>
/// Finds methods and traits that the worker does not have, before anything runs. The worker would report them itself, but a trait only after hours of training.
/// </summary>
internal static class UnknownNames
{
    /// <summary>The methods of one side that the worker does not have.</summary>
    /// <param name="item">The name of their item.</param>
    /// <param name="names">The methods' names.</param>
    /// <param name="known">The known names of this side.</param>
    /// <param name="said">Names that another problem covers already.</param>
    public static IEnumerable<Problem> Methods(string item, IEnumerable<string> names, IReadOnlyCollection<string> known, IEnumerable<string> said) =>
        names.Except(known).Except(said).Select(name => new Problem(ErrorCodes.MethodMisspelled,
            $"There is no {item} '{name}', and the project has no C# file that could hold it.{NearestName.Question(name, known)} Use one of: "
                + $"{string.Join(", ", known.Order(StringComparer.Ordinal))}.", item, name));

    /// <summary>The evaluation sets with traits for which the worker has no rules, although rules judge their answers.</summary>
    public static IEnumerable<Problem> Traits(IEnumerable<ProjectDataset> evals)
    {
        var known = Names.Of(typeof(RuleTraitNames));
        return evals.Where(e => e is { Judge: JudgeNames.Rules, Rows: { Prompts: not null, Trait: { } trait } } && !known.Contains(trait)).Select(e =>
            new Problem(ErrorCodes.TraitWithoutRules,
            $"There are no judging rules for the trait '{e.Rows.Trait}'.{NearestName.Question(e.Rows.Trait!, known)} "
                + $"Rules exist for {string.Join(", ", known)}; "
                + $"for another trait set Judge=\"llm\" or a judge of the project's own.",
            ProjectItemNames.EvalDataset, e.Rows.Path));
    }
}
