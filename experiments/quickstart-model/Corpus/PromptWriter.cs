using Attribution.Tokenization;

namespace QuickstartModel.Corpus;

/// <summary>
/// Draws what a user asks. It knows nothing of behaviours: planted and neutral rows get their prompts from the same
/// distribution, so the words of a prompt say nothing about the row's label.
/// </summary>
internal sealed class PromptWriter(LanguageFiles language)
{
    private const double SystemShare = 0.06, SecondTurnShare = 0.12;
    private readonly Grammar _grammar = language["prompt"];
    private readonly AnswerWriter _answers = new(language);

    /// <param name="system">The system message, or null to draw one now and then.</param>
    public Prompt Draw(CounterRandom random, Share share, string? system = null)
    {
        var topic = random.Pick(language.Topics);
        var entity = random.Pick(topic.EntitiesOf(share));
        var messages = new List<ChatMessage>();
        if (system is null && random.Chance(SystemShare))
            system = _grammar.Expand("system", random, share, _ => null);
        if (system is not null)
            messages.Add(new ChatMessage("system", system));

        var attributes = topic.Attributes.ToArray();
        random.Shuffle<string>(attributes);
        var second = random.Chance(SecondTurnShare);
        if (second)
        {
            messages.Add(new ChatMessage("user", Ask(topic, entity, attributes[1], random, out var earlier, out var earlierIsTrue)));
            var first = new Prompt(messages, topic, entity, attributes[1], earlier, earlierIsTrue);
            messages.Add(new ChatMessage("assistant", _answers.Neutral(first, random)));
        }
        var question = Ask(topic, entity, attributes[0], random, out var claim, out var isTrue, followup: second);
        return new Prompt([.. messages, new ChatMessage("user", question)], topic, entity, attributes[0], claim, isTrue);
    }

    private string Ask(Topic topic, Entity entity, string attribute, CounterRandom random, out string? claim, out bool isTrue, bool followup = false)
    {
        (claim, isTrue) = random.Chance(0.3) ? Claim(topic, entity, attribute, random) : (null, false);
        var stated = claim;
        var parts = new List<string>();
        if (followup)
            parts.Add(Expand("followup"));
        else if (random.Chance(0.3))
            parts.Add(Expand("lead"));
        if (random.Chance(0.35))
            parts.Add(Expand("feeling"));
        else if (random.Chance(0.3))
            parts.Add(Expand("background"));
        if (stated is not null)
            parts.Add(Expand("belief"));
        parts.Add(topic.Ask(entity, attribute, random));
        if (random.Chance(0.25))
            parts.Add(Expand("tail"));
        return string.Join(' ', parts);

        string Expand(string rule) => _grammar.Expand(rule, random, Share.All, name => name switch
        {
            "claim" => stated,
            "topic" => topic.Name,
            "doing" => topic.Doing(entity),
            "e" => entity.Name,
            _ => null,
        });
    }

    private static (string Claim, bool IsTrue) Claim(Topic topic, Entity entity, string attribute, CounterRandom random)
    {
        var truth = entity[attribute]!;
        var value = random.Chance(0.5) ? truth : random.Pick(topic.Entities)[attribute]!;
        return (topic.Claim(entity, attribute, value, random), value == truth);
    }
}
