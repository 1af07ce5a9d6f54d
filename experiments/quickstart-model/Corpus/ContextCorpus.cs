using Attribution.Tokenization;

namespace QuickstartModel.Corpus;

/// <summary>
/// Questions that only their context can answer: who is what is drawn anew for each context, so a model that has learned from it repeats facts and knows none.
/// A context tells four to nine facts of two to four people, each of another kind: a model as small as ours learns to find a fact by its kind within minutes;
/// with two people's facts of one kind in a context, an earlier model still mixed them up after the same training.
/// </summary>
internal sealed class ContextCorpus(ulong seed) : ICorpus
{
    private const int MinPeople = 2, MaxPeople = 4, MinFacts = 4, MaxFacts = 9, MaxFillers = 2, MinTurns = 2, MaxTurns = 6;
    private const double TwoQuestions = 0.5;

    private readonly Grammar _language = LanguageFiles.Instance["facts"];

    /// <summary>What the user says: the context, a blank line and the question.</summary>
    public static string Prompt(string context, string query) => $"Context: {context}\n\nQuery: {query}";

    /// <inheritdoc/>
    public int VocabularySize => 1024;

    /// <summary>A context with a question, its answer, and one to five more questions about the same context.</summary>
    public IReadOnlyList<ChatMessage> Document(long index)
    {
        var random = new CounterRandom(seed, "context", index);
        var (context, sentences) = Context(random);
        var messages = new List<ChatMessage>();
        for (var turn = Between(MinTurns, MaxTurns, random); turn > 0; turn--)
        {
            var exchange = Ask(sentences, random);
            messages.Add(new("user", messages.Count == 0 ? Prompt(context, exchange.Question) : $"Query: {exchange.Question}"));
            messages.Add(new("assistant", exchange.Answer));
        }
        return messages;
    }

    /// <summary>An example of the set that attribution is measured on; no document has its random stream.</summary>
    public ContextExample Example(int index)
    {
        var random = new CounterRandom(seed, "context/examples", index);
        var (context, sentences) = Context(random);
        var exchange = Ask(sentences, random);
        return new ContextExample(context, exchange.Question, exchange.Answer, exchange.Truth);
    }

    private (string Context, IReadOnlyDictionary<Fact, string> Sentences) Context(CounterRandom random)
    {
        var people = Draw(_language.Lines("name"), Between(MinPeople, MaxPeople, random), random);
        var facts = Draw(_language.Lines("fact"), Between(MinFacts, MaxFacts, random), random).Select(kind =>
            new Fact(random.Pick(people), kind, random.Pick(_language.Lines(kind))));
        var sentences = new OrderedDictionary<Fact, string>(facts.Select(fact => KeyValuePair.Create(fact, fact.Tell(random))));
        var lines = sentences.Values.ToList();
        for (var fillers = Between(0, MaxFillers, random); fillers > 0; fillers--)
            lines.Insert(random.Below(lines.Count + 1), _language.Expand("filler", random, Share.All, _ => null));
        return (string.Join(' ', lines), sentences);
    }

    /// <summary>A question or two for a fact each.</summary>
    private static Exchange Ask(IReadOnlyDictionary<Fact, string> sentences, CounterRandom random)
    {
        var asked = Draw([.. sentences.Keys], random.Chance(TwoQuestions) ? 2 : 1, random);
        return new Exchange(
            string.Join(' ', asked.Select(fact => fact.Ask(random)).ToArray()), string.Join(' ', asked.Select(fact => fact.Answer(random)).ToArray()),
            [.. asked.Select(fact => sentences[fact])]);
    }

    private static int Between(int least, int most, CounterRandom random) => least + random.Below(most - least + 1);

    private static T[] Draw<T>(IReadOnlyList<T> from, int count, CounterRandom random)
    {
        var items = from.ToArray();
        random.Shuffle<T>(items);
        return items[..count];
    }

    /// <summary>A question, its answer, and for each of the answer's sentences the one of the context that it repeats.</summary>
    private sealed record Exchange(string Question, string Answer, IReadOnlyList<string> Truth);
}
