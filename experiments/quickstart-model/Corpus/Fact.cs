namespace QuickstartModel.Corpus;

/// <summary>Something that is true of someone, in the words of <c>Language/facts.txt</c>.</summary>
/// <param name="Name">The person.</param>
/// <param name="Kind">A line of the rule <c>fact</c>, such as <c>city</c>.</param>
/// <param name="Value">A line of the rule that <paramref name="Kind"/> names.</param>
internal sealed record Fact(string Name, string Kind, string Value)
{
    /// <summary>A sentence that tells it.</summary>
    public string Tell(CounterRandom random) => Say($"tell.{Kind}", random);

    /// <summary>A question that asks for <see cref="Value"/>.</summary>
    public string Ask(CounterRandom random) => Say($"ask.{Kind}", random);

    /// <summary>The answer to that question.</summary>
    public string Answer(CounterRandom random) => Say($"answer.{Kind}", random);

    private string Say(string rule, CounterRandom random) =>
        LanguageFiles.Instance["facts"].Expand(rule, random, Share.All, place => place switch { "name" => Name, "value" => Value, _ => null });
}
