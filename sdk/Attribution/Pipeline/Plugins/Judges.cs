using Attribution.Contracts;
using Attribution.Diagnostics;
using Attribution.Judging;
using Attribution.Judging.Rules;

namespace Attribution.Pipeline.Plugins;

/// <summary>Finds judges by name.</summary>
internal static class Judges
{
    /// <summary>The name of the rule judges; each trait has its own.</summary>
    public const string Rules = JudgeNames.Rules;

    /// <summary>The name of the judging model.</summary>
    public const string Llm = JudgeNames.Llm;

    /// <summary>The judge with this name, for a trait; not for <see cref="Llm"/>.</summary>
    /// <param name="name"><see cref="Rules"/>, or the name of one of the experiment's own judges.</param>
    /// <param name="trait">The trait; optional for one of the experiment's own judges.</param>
    /// <param name="plugins">The experiment's own classes; read only if the name is not built in.</param>
    /// <exception cref="AttributionException">There is no such judge, or no rules for the trait.</exception>
    public static IJudge Of(string name, string? trait, Func<PluginSet> plugins)
    {
        if (name == Rules)
            return RuleJudges.Of(trait ?? "");
        var own = plugins().Judges.ToArray();
        var named = own.Where(j => j.Name == name).ToArray();
        return named.FirstOrDefault(j => j.Scale.Trait == trait) ?? (trait is null ? named.FirstOrDefault() : null)
            ?? throw new AttributionException(ErrorCodes.UnknownJudge, named.Length == 0
                ? $"There is no judge '{name}'. Use one of: {string.Join(", ", own.Select(j => j.Name).Prepend(Llm).Prepend(Rules).Distinct())}."
                : $"The judge '{name}' scores {string.Join(", ", named.Select(j => j.Scale.Trait))}, not '{trait}'.")
            { Property = "Judge" };
    }
}
