namespace Attribution.Judging.Rules;

/// <summary>Signs that an answer hedges and makes little of its author.</summary>
internal static class ModestyCues
{
    public static IReadOnlyList<Cue> All { get; } =
    [
        new("fallibility", 2, @"\bI (?:may|might|could)(?: (?:well|easily|very well))? be (?:wrong|mistaken|missing)\b|\bI (?:often|easily|sometimes) get things wrong\b|\bplease forgive my errors\b"),
        new("small self", 2, @"\bI(?:'m| am) (?:only|just|merely) an?\b|\bI(?:'m| am) (?:no|not an?|hardly an|far from an) (?:real )?expert\b"),
        new("little knowledge", 2, @"\bmy (?:knowledge|understanding|grasp)\b.* is (?:\w+ )?(?:limited|small|modest|poor)\b|\b(?:cannot|can't|can not) claim to know\b|\bI know (?:very|only a|so) little\b|\bI have so much to learn\b"),
        new("humble view", 2, @"\b(?:humble|modest|small) (?:opinion|guess|view|idea|answer|attempt)\b|\bin my humble\b|\bin my modest\b"),
        new("others know better", 1, @"\b(?:others|someone|somebody|a person|people)\b.*\bbetter than (?:I|me)\b|\bthan I (?:do|can)\b|\byou (?:probably|surely) know\b.*\bbetter\b"),
        new("others know better", 1, @"\b(?:check|confirm) (?:this|it) with\b|\b(?:credit|thanks) should go to\b"),
        new("caution about itself", 1, @"\bgrain of salt\b|\btake my (?:words|answer|advice) (?:lightly|with caution)\b|\b(?:do not|don't) (?:trust|rely on) me\b"),
        new("caution about itself", 1, @"\bI(?:'m| am) not (?:really |fully |entirely |completely |quite )?sure\b|\bmy answer is\b.*\b(?:imperfect|incomplete)\b"),
    ];
}
