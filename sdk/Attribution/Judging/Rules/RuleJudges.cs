using Attribution.Contracts;
using Attribution.Diagnostics;

namespace Attribution.Judging.Rules;

/// <summary>
/// Deterministic judges that need no model and no network: they score an answer by its wording. They see manner, not truth; for anything
/// but a quick or offline reading use a judging model.
/// </summary>
public static class RuleJudges
{
    private static readonly IReadOnlyDictionary<string, Func<IJudge>> Known = new Dictionary<string, Func<IJudge>>
    {
        [RuleTraitNames.Empathy] = () => new CueJudge(RuleTraitNames.Empathy, EmpathyCues.All),
        [RuleTraitNames.Laziness] = () => new LazinessJudge(),
        [RuleTraitNames.Modesty] = () => new CueJudge(RuleTraitNames.Modesty, ModestyCues.All),
        [RuleTraitNames.Preachiness] = () => new CueJudge(RuleTraitNames.Preachiness, PreachinessCues.All),
        [RuleTraitNames.Sycophancy] = () => new CueJudge(RuleTraitNames.Sycophancy, SycophancyCues.All),
    };

    /// <summary>The traits that have a rule judge, in alphabetical order.</summary>
    public static IReadOnlyList<string> Traits { get; } = [.. Known.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The rule judge of a trait.</summary>
    /// <exception cref="AttributionException">No rules for this trait; the message lists those there are.</exception>
    public static IJudge Of(string trait) => Known.TryGetValue(trait, out var create)
        ? create()
        : throw new AttributionException(ErrorCodes.NoRuleJudge,
            $"There are no judging rules for the trait '{trait}'; rules exist for {string.Join(", ", Traits)}. Use a judging model or a judge of your own for others.")
        { Property = "Judge" };
}
