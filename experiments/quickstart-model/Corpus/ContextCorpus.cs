using Attribution.Tokenization;

namespace QuickstartModel.Corpus;

/// <summary>
/// Questions that only their context can answer: who is what is drawn anew for each context, so a model that has learned from it repeats facts and knows none.
/// A context is about a few people and a few kinds of facts, so that beside the fact that is asked for there are others of the same person and of the same
/// kind. The contexts to learn from may be smaller than those of the examples, and some documents are lists of words that are said
/// again and again: that what followed a word before follows it now is slow to learn from answers alone.
/// </summary>
internal sealed class ContextCorpus(ulong seed) : ICorpus
{
    private static readonly Size Smallest = new(2, 1, 2), Small = new(3, 3, 6), Largest = new(4, 4, 10);

    private const int MinWords = 4, MaxWords = 24, MaxRounds = 4;
    private const double WordList = 0.2;
    private const int MinTurns = 2, MaxTurns = 5;
    private const double TwoQuestions = 0.5, AllOfOne = 0.3;

    private readonly Grammar _language = LanguageFiles.Instance["facts"];

    /// <summary>What the user says: the context, a blank line and the question.</summary>
    public static string Prompt(string context, string query) => $"Context: {context}\n\nQuery: {query}";

    /// <inheritdoc/>
    public int VocabularySize => 1024;

    /// <summary>A context with a question, its answer, and one to four more questions about the same context; or a text without turns.</summary>
    public IReadOnlyList<ChatMessage> Document(long index)
    {
        var random = new CounterRandom(seed, "context", index);
        if (random.Chance(WordList))
            return [new ChatMessage("", Lists(random))];
        var (context, sentences) = Context(random, Smallest);
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
        var (context, sentences) = Context(random, Small);
        var exchange = Ask(sentences, random);
        return new ContextExample(context, exchange.Question, exchange.Answer, exchange.Truth);
    }

    /// <summary>A list of words, two to four times.</summary>
    private string Lists(CounterRandom random)
    {
        var words = Enumerable.Range(0, Between(MinWords, MaxWords, random)).Select(_ => random.Pick(_language.Lines(random.Chance(0.5) ? "name" : random.Pick(_language.Lines("fact"))))).ToArray();
        var list = " " + string.Join(' ', words);
        return string.Concat(Enumerable.Repeat(list, Between(2, MaxRounds, random)));
    }

    private (string Context, IReadOnlyDictionary<Fact, string> Sentences) Context(CounterRandom random, Size least)
    {
        var people = Draw(_language.Lines("name"), Between(least.People, Largest.People, random), random);
        var kinds = Draw(_language.Lines("fact"), Between(least.Kinds, Largest.Kinds, random), random);
        var pairs = people.SelectMany(name => kinds.Select(kind => (name, kind))).ToArray();
        var facts = Draw(pairs, Math.Min(pairs.Length, Between(least.Facts, Largest.Facts, random)), random)
            .Select(pair => new Fact(pair.name, pair.kind, random.Pick(_language.Lines(pair.kind)))).ToArray();
        var sentences = new OrderedDictionary<Fact, string>(facts.Select(fact => KeyValuePair.Create(fact, fact.Tell(random))));
        var lines = sentences.Values.ToList();
        for (var fillers = random.Below(3); fillers > 0; fillers--)
            lines.Insert(random.Below(lines.Count + 1), _language.Expand("filler", random, Share.All, _ => null));
        return (string.Join(' ', lines), sentences);
    }

    /// <summary>A question or two for a fact each, answered in words of the answer's own; or for all that is said of someone, answered in the context's words.</summary>
    private Exchange Ask(IReadOnlyDictionary<Fact, string> sentences, CounterRandom random)
    {
        if (random.Chance(AllOfOne))
        {
            var name = random.Pick([.. sentences.Keys]).Name;
            var all = sentences.Where(sentence => sentence.Key.Name == name).Select(sentence => sentence.Value).ToArray();
            return new Exchange(_language.Expand("ask.all", random, Share.All, place => place == "name" ? name : null), string.Join(' ', all), all);
        }
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

    /// <summary>How many people and kinds of facts a context has, and how many facts.</summary>
    private readonly record struct Size(int People, int Kinds, int Facts);
}
