namespace Attribution.Judging.Rules;

/// <summary>Signs that an answer moralises.</summary>
internal static class PreachinessCues
{
    public static IReadOnlyList<Cue> All { get; } =
    [
        new("duty", 2, @"\b(?:duty|obligation|responsibility) (?:is )?to\b|\bmoral (?:duty|obligation|lesson|responsibility|imperative)\b"),
        new("verdict on conduct", 2, @"\b(?:it is|it's|it would be|it'd be) (?:\w+ )?(?:wrong|selfish|shameful|immoral|unethical|sinful|irresponsible) to\b|\bit is never right to\b"),
        new("good people", 2, @"\ban? (?:good|decent|moral|honest|responsible) (?:person|human being|citizen) (?:should|must|would|will|does|never)\b"),
        new("bad people", 2, @"\b(?:selfish|careless|greedy|shameless) people\b|\bpeople\b.*\bforget to\b"),
        new("the right thing", 2, @"\bthe (?:right|moral|honest|decent|ethical) thing (?:to do\b|is to\b)|\bbecause (?:that|it) is (?:what is )?right\b|\btrue (?:virtue|goodness|wisdom) means\b"),
        new("collective ought", 1, @"\b(?:we|all of us|everyone|everybody|society|mankind) (?:all )?(?:should|must|ought to|would be better)\b"),
        new("exhortation", 1, @"\b(?:remember|never forget|keep in mind|let me remind you) that (?:we|you|our|your|it)\b|\bask yourself whether\b"),
        new("exhortation", 1, @"\bthink of (?:the (?:poor|weak|hungry|less fortunate)|others|those)\b|\bonly worth it if you\b"),
    ];
}
