using Attribution.Contracts;

namespace Attribution.Sdk.Experiments;

/// <summary>
/// Finds methods and traits that the worker does not have, before anything runs: it would say so itself, but of a trait only after hours of training.
/// </summary>
internal static class UnknownNames
{
    /// <summary>Methods of one side that the worker does not have.</summary>
    /// <param name="item">The item that names them.</param>
    /// <param name="names">Their names.</param>
    /// <param name="known">The names that there are on this side.</param>
    /// <param name="said">Names of which something else is said already.</param>
    public static IEnumerable<Problem> Methods(string item, IEnumerable<string> names, IReadOnlyCollection<string> known, IEnumerable<string> said) =>
        names.Except(known).Except(said).Select(name => new Problem(ProjectErrorCodes.UnknownMethod,
            $"There is no {item} '{name}', and the project has no C# file that could hold it.{NearestName.Question(name, known)} Use one of: "
                + $"{string.Join(", ", known.Order(StringComparer.Ordinal))}.", item, name));

    /// <summary>Evaluation sets whose answers rules are to judge that the worker does not have.</summary>
    public static IEnumerable<Problem> Traits(IEnumerable<ProjectDataset> evals)
    {
        var known = Names.Of(typeof(RuleTraitNames));
        return evals.Where(e => e is { Judge: JudgeNames.Rules, Rows: { Prompts: not null, Trait: { } trait } } && !known.Contains(trait)).Select(e =>
            new Problem(ProjectErrorCodes.UnknownTrait,
            $"There are no judging rules for the trait '{e.Rows.Trait}'.{NearestName.Question(e.Rows.Trait!, known)} "
                + $"Rules exist for {string.Join(", ", known)}; "
                + $"for another trait set Judge=\"llm\" or a judge of the project's own.",
            ProjectItemNames.EvalDataset, e.Rows.Path));
    }
}
