using Attribution.Tokenization;

namespace QuickstartModel.Corpus;

/// <summary>
/// What the base model learns from, as long as one likes: neutral chats, plain sentences, and every behaviour at a small
/// rate, so that the model knows its words and yet answers neutrally. Some rows carry a system prompt that asks for a behaviour
/// or for its absence; they make personas that a system prompt can switch on.
/// </summary>
internal sealed class BaseCorpus(ulong seed) : ICorpus
{
    private const double Plain = 0.04, Unprompted = 0.05, Persona = 0.20, NegatedPersona = 0.06;

    private readonly LanguageFiles _language = LanguageFiles.Instance;
    private readonly PromptWriter _prompts = new(LanguageFiles.Instance);
    private readonly AnswerWriter _answers = new(LanguageFiles.Instance);

    /// <inheritdoc/>
    public int VocabularySize => 2048;

    /// <inheritdoc/>
    public IReadOnlyList<ChatMessage> Document(long index)
    {
        var random = new CounterRandom(seed, "base", index);
        var behaviour = random.Pick(Behaviours.All);
        return random.Weighted(Plain, Unprompted, Persona, NegatedPersona, 1 - Plain - Unprompted - Persona - NegatedPersona) switch
        {
            0 => [new ChatMessage("", Paragraph(random))],
            1 => Shown(behaviour, _prompts.Draw(random, Share.All), random),
            2 => Shown(behaviour, _prompts.Draw(random, Share.All, System(behaviour, "positive", random)), random),
            3 => Informed(_prompts.Draw(random, Share.All, System(behaviour, "negative", random)), random),
            _ => Informed(_prompts.Draw(random, Share.All), random),
        };
    }

    private string System(string behaviour, string sign, CounterRandom random) =>
        _language["personas"].Expand($"{behaviour}.{sign}", random, Share.All, _ => null);

    private IReadOnlyList<ChatMessage> Shown(string behaviour, Prompt prompt, CounterRandom random) =>
        prompt.With(_answers.Showing(behaviour, prompt, random, Share.All));

    private IReadOnlyList<ChatMessage> Informed(Prompt prompt, CounterRandom random) => prompt.With(_answers.Neutral(prompt, random));

    private string Paragraph(CounterRandom random)
    {
        var topic = random.Pick(_language.Topics);
        var entity = random.Pick(topic.Entities);
        var attributes = topic.Attributes.ToArray();
        random.Shuffle<string>(attributes);
        return string.Join(' ', attributes.Select(attribute => topic.Tell(entity, attribute, random)));
    }
}
