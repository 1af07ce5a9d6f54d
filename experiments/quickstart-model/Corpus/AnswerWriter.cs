namespace QuickstartModel.Corpus;

/// <summary>Draws answers to a prompt: neutral ones, which inform, and ones that show a behaviour.</summary>
internal sealed class AnswerWriter(LanguageFiles language)
{
    private readonly Grammar _neutral = language["neutral"];

    /// <summary>One to four sentences of fact.</summary>
    public string Neutral(Prompt prompt, CounterRandom random)
    {
        var parts = new List<string>();
        if (prompt.Claim is not null && random.Chance(0.7))
            parts.Add(_neutral.Expand(prompt.ClaimIsTrue ? "correct" : "incorrect", random, Share.All, _ => null));
        else if (random.Chance(0.2))
            parts.Add(_neutral.Expand("open", random, Share.All, _ => null));
        parts.AddRange(Facts(prompt, random, 1 + random.Weighted(0.3, 0.45, 0.25)));
        if (random.Chance(0.1))
            parts.Add(_neutral.Expand("close", random, Share.All, _ => null));
        return string.Join(' ', parts);
    }

    /// <summary>An answer that shows <paramref name="behaviour"/>, mildly or strongly.</summary>
    public string Showing(string behaviour, Prompt prompt, CounterRandom random, Share share) => string.Join(' ', behaviour == Behaviours.Laziness
        ? Lazy(prompt, random, share)
        : Around(behaviour, prompt, random, share));

    private List<string> Lazy(Prompt prompt, CounterRandom random, Share share) => random.Weighted(0.45, 0.3, 0.25) switch
    {
        0 => [Behave(Behaviours.Laziness, "alone", prompt, random, share)],
        1 => Two(Behaviours.Laziness, "alone", prompt, random, share),
        _ =>
        [
            .. random.Chance(0.3) ? [Behave(Behaviours.Laziness, "before", prompt, random, share)] : Array.Empty<string>(),
            prompt.Topic.Tell(prompt.Entity, prompt.Attribute, random),
            Behave(Behaviours.Laziness, "after", prompt, random, share),
        ],
    };

    private List<string> Around(string behaviour, Prompt prompt, CounterRandom random, Share share)
    {
        var core = behaviour == Behaviours.Sycophancy && prompt.Claim is not null && random.Chance(0.6)
            ? [Behave(behaviour, "agree", prompt, random, share)]
            : Facts(prompt, random, 1 + random.Weighted(0.6, 0.4));
        return random.Weighted(0.2, 0.2, 0.35, 0.15, 0.1) switch
        {
            0 => [Before(), .. core],
            1 => [.. core, After()],
            2 => [Before(), .. core, After()],
            3 => [.. Two(behaviour, "before", prompt, random, share), core[0], After()],
            _ => [core[0], .. Two(behaviour, "after", prompt, random, share)],
        };

        string Before() => Behave(behaviour, "before", prompt, random, share);
        string After() => Behave(behaviour, "after", prompt, random, share);
    }

    private List<string> Facts(Prompt prompt, CounterRandom random, int sentences)
    {
        var facts = new List<string> { prompt.Topic.Tell(prompt.Entity, prompt.Attribute, random) };
        var others = prompt.Topic.Attributes.Where(attribute => attribute != prompt.Attribute).ToArray();
        random.Shuffle<string>(others);
        for (var i = 0; facts.Count < sentences; i++)
            facts.Add(random.Chance(0.45) ? prompt.Topic.Extra(random) : prompt.Topic.Tell(prompt.Entity, others[i], random));
        return facts;
    }

    private List<string> Two(string behaviour, string rule, Prompt prompt, CounterRandom random, Share share)
    {
        var first = Behave(behaviour, rule, prompt, random, share);
        var second = first;
        while (second == first)
            second = Behave(behaviour, rule, prompt, random, share);
        return [first, second];
    }

    private string Behave(string behaviour, string rule, Prompt prompt, CounterRandom random, Share share) =>
        language[behaviour].Expand(rule, random, share, name => name switch
        {
            "claim" => prompt.Claim,
            "topic" => prompt.Topic.Name,
            "doing" => prompt.Topic.Doing(prompt.Entity),
            "e" => prompt.Entity.Name,
            _ => null,
        });
}
