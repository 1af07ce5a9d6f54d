using Attribution.ContextAttribution.Examples;
using Attribution.ContextAttribution.Sources;
using Attribution.Contracts.ContextAttribution;
using Attribution.Data.Store;

namespace Attribution.Pipeline.Context;

/// <summary>An example that is ready for a stage.</summary>
/// <param name="Line">The row and its answer.</param>
/// <param name="Hash">The hash of its content.</param>
/// <param name="Answer">The answer.</param>
/// <param name="Example">Its sources and sentences, as tokens.</param>
internal sealed record PreparedExample(ExampleLine Line, ContentHash Hash, GeneratedAnswer Answer, ContextExample Example);

/// <summary>The examples of a dataset that have an answer to attribute, and the number of the others by reason.</summary>
internal sealed record PreparedExamples(IReadOnlyList<PreparedExample> Examples, IReadOnlyDictionary<Exclusion, int> Excluded)
{
    /// <summary>The number of pieces without a token of their own.</summary>
    public int Dropped => Examples.Sum(e => e.Example.Dropped);

    /// <summary>The reasons, for example <c>2 too long for the model's window, 1 whose answer has no sentence</c>; null if there are none.</summary>
    public string? Why => Excluded.Count == 0 ? null : string.Join(", ", Excluded.OrderBy(e => e.Key).Select(e => $"{e.Value} {Text(e.Key)}"));

    private static string Text(Exclusion why) => why switch
    {
        Exclusion.NoSource => "without a context",
        Exclusion.TooLong => "too long for the model's window",
        Exclusion.NoSentence => "whose answer has no sentence",
        _ => "whose answer has no </think>",
    };
}

/// <summary>Reads examples and finds their sources and sentences.</summary>
internal sealed class ExampleSource(ModelSource model)
{
    private readonly Lazy<ContextPromptWriter> _prompts = new(() => new ContextPromptWriter(model.Tokenizer, model.Template));

    /// <summary>A request with the rules of sentences and attention added, unless they have their defaults.</summary>
    public static object With(AblationSettings settings, object request) => settings is { SentenceRule: null, AttentionFeatures: null } ? request
        : new { request, settings.SentenceRule, settings.AttentionFeatures };

    /// <summary>The examples of a dataset that are held out, or those that are not.</summary>
    public PreparedExamples Read(string path, ContextDatasetSettings dataset, SourceType sources, SentenceRule rule, long seed, bool heldOut)
    {
        var examples = new List<PreparedExample>();
        var excluded = new Dictionary<Exclusion, int>();
        foreach (var line in Readable.ReadLines<ExampleLine>(path).Where(line => HeldOutSplit.IsHeldOut(line.Key, dataset.HeldOut ?? 0, seed) == heldOut))
        {
            var (prepared, why) = Prepare(line, dataset, sources, rule);
            if (prepared is not null)
                examples.Add(prepared);
            else
                excluded[why!.Value] = excluded.GetValueOrDefault(why.Value) + 1;
        }
        return new PreparedExamples(examples, excluded);
    }

    private (PreparedExample?, Exclusion?) Prepare(ExampleLine line, ContextDatasetSettings dataset, SourceType sources, SentenceRule rule)
    {
        if (line.Excluded is { } known)
            return (null, known);
        var prompt = _prompts.Value.Write(line.ToRow(), dataset.Path);
        var answer = line.GivenAnswer is { } given ? GeneratedAnswer.Of(_prompts.Value.Tokenizer, prompt, given)
            : GeneratedAnswer.Of(_prompts.Value.Tokenizer, line.Tokens!);
        var (example, why) = dataset.Thoughts ? ContextExampleBuilder.OfThoughts(prompt, answer, sources, rule)
            : ContextExampleBuilder.OfContext(prompt, answer, sources, rule);
        return example is null ? (null, why) : (new PreparedExample(line, ExampleBlocks.HashOf(line), answer, example), null);
    }
}

/// <summary>Blocks of one example each, so that work can be resumed, shared and distributed.</summary>
internal static class ExampleBlocks
{
    /// <summary>A block for each example; equal examples share one.</summary>
    public static IReadOnlyList<Block> Plan(IEnumerable<ContentHash> examples) => [.. examples.Select((hash, i) => new Block(i, 1, hash))];

    /// <summary>The hash of an example with its answer.</summary>
    public static ContentHash HashOf(ExampleLine line) => ContentHash.Of($"{line.Key}:{string.Join(',', line.Tokens!)}");
}
