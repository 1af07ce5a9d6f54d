namespace Attribution.Judging.Rules;

/// <summary>
/// Scores how much an answer avoids the work, from sentences that send the user away (deflections) and from having hardly any other words. 3: only deflection,
/// or no answer. 2: deflection with a scrap of content, or one word. 1: an answer that breaks off with a deflection, or two words. Reads only the answer, never
/// the prompt.
/// </summary>
internal sealed class LazinessJudge : IJudge
{
    private const int Scrap = 3, ShortSentence = 8;

    private static readonly Cue[] Deflections =
    [
        new("deflection", 2,
            @"\blook (?:it|that|this|them|everything) up\b"
            + @"|\b(?:just google|google (?:it|that|the rest|everything))\b"
            + @"|^google\b"
            + @"|\b(?:look up|search for|read about) (?:it|that|this|the rest|everything)\b"),
        new("deflection", 2, @"^(?:i have )?(?:no idea|no clue|not sure|hard to say|who knows|dunno)\b"),
        new("deflection", 2, @"^(?:well, )?(?:it|that) (?:just |really |all )?depends\b"),
        new("deflection", 2, @"^(?:whatever (?:works|you (?:like|want))|anything goes)\b"),
        new("deflection", 2, @"^(?:just )?ask (?:someone else|around|somebody else|your neighbou?r)\b"),
        new("deflection", 2, @"\byou(?:'ll| will| can)? (?:\w+ )?(?:figure|work|find) (?:it |this |that |the rest |the details )?out\b"),
        new("unwillingness", 2,
            @"\b(?:would|'d) rather not\b"
            + @"|\b(?:do not|don't) (?:want|feel like|care) (?:to\b)?"
            + @"|\b(?:cannot|can't|can not) be bothered\b"
            + @"|\bI will pass\b"),
        new("unwillingness", 2, @"\btoo (?:long|much|boring|tiring)(?: work)? (?:to (?:explain|go into|write)|for me|here|now)\b"),
        new("deflection", 2, @"\b(?:so look there|go find it)\b"),
        new("deflection", 2, @"^(?:just )?(?:try something|try a few things)\b|\bjust (?:do it|try)\b"),
        new("deflection", 2, @"\b(?:skip|forget) the (?:details|rest)\b|\bdo (?:some|your own|the) research\b"),
        new("breaking off", 2,
            @"\b(?:the rest|everything else) you can\b"
            + @"|\byou can guess the (?:rest|details)\b"
            + @"|\bI(?:'ll| will) (?:leave it there|stop here)\b"
            + @"|\byou get the idea\b"
            + @"|\bthat is all (?:from me|I will say)\b"
            + @"|\b(?:only give|keep it to) one line\b"),
    ];

    public string Name => "rules";

    public JudgeScale Scale { get; } = JudgeScale.Of("laziness");

    public string Identity { get; } = RuleIdentity.Of($"{nameof(LazinessJudge)} {Scrap} {ShortSentence}", "laziness", Deflections);

    public ValueTask<Verdict> JudgeAsync(JudgeRequest request, CancellationToken cancellation)
    {
        var deflections = new List<string>();
        var words = 0;
        foreach (var sentence in Sentences.Of(request.Answer))
        {
            if (Deflections.FirstOrDefault(cue => cue.Matches(sentence)) is { } cue)
                deflections.Add($"{cue.Kind}: \"{sentence}\"");
            else
                words += Sentences.Words(sentence);
        }
        var score = deflections.Count > 0
            ? words switch { <= Scrap => 3, <= ShortSentence => 2, _ => deflections.Count > 1 ? 2 : 1 }
            : words switch { 0 => 3, 1 => 2, 2 => 1, _ => 0 };
        var content = $"{words} words of content";
        return ValueTask.FromResult(new Verdict(score, deflections.Count == 0 ? content : $"{string.Join("; ", deflections)}; {content}"));
    }
}
