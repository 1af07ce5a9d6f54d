using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using Attribution.Contracts;
using Attribution.Diagnostics;
using Attribution.Judging.Chat;
using Attribution.Tokenization;

namespace Attribution.Data.Recipes;

/// <summary>
/// Has a language model write an evaluation set from the description of a trait: user messages, each answered once with the trait and once without it. A model
/// that keeps its replies (<see cref="StoredChatCompletion"/>) is paid for each of them once.
/// </summary>
/// <param name="model">The model; not disposed with this object.</param>
internal sealed class PersonaWriter(IChatCompletion model)
{
    /// <summary>The recipe's name.</summary>
    public const string Recipe = RecipeNames.Persona;

    /// <summary>To be increased when the same replies give another set, or other replies are asked for.</summary>
    public const int Version = 1;

    /// <summary>The default number of pairs.</summary>
    public const int DefaultPairs = 200;

    private const int PerCall = 5;

    private static readonly ReplySchema Schema = new("examples",
        """{"type":"object","properties":{"examples":{"type":"array","items":{"type":"object","properties":{"message":{"type":"string"}"""
        + ""","with_trait":{"type":"string"},"without_trait":{"type":"string"}},"required":["message","with_trait","without_trait"]"""
        + ""","additionalProperties":false}}},"required":["examples"],"additionalProperties":false}""");

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Asked for in turn, so that no two calls are equal.
    private static readonly string[] Areas =
    [
        "cooking and food", "health and sleep", "work and colleagues", "school and learning", "money and saving", "travel", "family and children",
            "friends and neighbours", "computers and software", "writing",
        "sports and exercise", "gardening and animals", "repairs at home", "history and politics", "science", "books and films", "music and art", "shopping",
            "plans and decisions", "everyday law and forms",
    ];

    /// <summary>The description of a trait: the given one, else the built-in one of five traits.</summary>
    /// <exception cref="AttributionException">ATTR1322: there is neither.</exception>
    public static string DescriptionOf(string? trait, string? given)
    {
        if (!string.IsNullOrWhiteSpace(given))
            return given.Trim();
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Traits/{trait}.txt");
        return stream is not null ? new StreamReader(stream).ReadToEnd().Trim() : throw new AttributionException(ErrorCodes.RecipeParameterInvalid,
            $"The recipe {Recipe} writes examples of a trait, and there is no description of "
                + $"{(trait is null ? "one: the set has no Trait" : $"'{trait}'")}. Add Description=\"The assistant ...\", which says how it behaves "
                + "with the trait and without.")
        { Property = "Description" };
    }

    /// <summary>The number of replies that a set needs if all of them can be used.</summary>
    public static int Calls(int pairs) => (pairs + HeldOut(pairs) + PerCall - 1) / PerCall;

    /// <summary>Writes a set.</summary>
    /// <param name="trait">The trait's name, stored with each row.</param>
    /// <param name="description">The description of the trait.</param>
    /// <param name="pairs">The number of pairs; a fifth as many messages are held out in addition.</param>
    /// <param name="progress">Receives the number of replies.</param>
    /// <param name="cancellation">Checked between replies; a model that keeps its replies keeps those it has given.</param>
    /// <returns>The pairs, and the held-out messages, none of which is in a pair.</returns>
    /// <exception cref="AttributionException">ATTR1325: too little of what the model wrote can be used. ATTR1645 to ATTR1649: the model cannot be
    /// asked.</exception>
    public async Task<(IReadOnlyList<DatasetRow> Rows, IReadOnlyList<HeldOutPrompt> Prompts)> WriteAsync(
        string trait, string description, int pairs, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        var wanted = pairs + HeldOut(pairs);
        var written = new List<Written>();
        var known = new HashSet<string>();
        var (asked, most) = (0, 2 * Calls(pairs) + 2);
        while (written.Count < wanted && asked < most)
        {
            // As many replies as would suffice if each were usable; they are the same ones every time.
            var calls = Math.Min(most - asked, (wanted - written.Count + PerCall - 1) / PerCall);
            var replies = new ConcurrentDictionary<int, string>();
            var options = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, model.Concurrency), CancellationToken = cancellation };
            await Parallel.ForEachAsync(Enumerable.Range(asked, calls), options, async (call, token) =>
            {
                replies[call] = (await model.CompleteAsync(Ask(description, call), token).ConfigureAwait(false)).Text;
                progress?.Report(replies.Count);
            }).ConfigureAwait(false);
            written.AddRange(Enumerable.Range(asked, calls).SelectMany(call => Read(replies[call])).Where(w => known.Add(w.Message.ToLowerInvariant())));
            asked += calls;
        }
        if (written.Count < wanted)
            throw new AttributionException(ErrorCodes.WrittenRowsInvalid,
                $"{model.Name} wrote {written.Count} examples of '{trait}' that can be used where {wanted} are needed, in {asked} replies. Use a stronger "
                    + "JudgeModel, or ask for fewer with Take.")
            { Property = "JudgeModel" };
        written.RemoveRange(wanted, written.Count - wanted);
        var held = written.OrderBy(w => PublishedRecipe.Draw(w.Message), StringComparer.Ordinal).Take(HeldOut(pairs)).ToHashSet();
        var metadata = JsonSerializer.Serialize(new { trait, writer = model.Name }, Readable);
        return (
            [.. written.Where(w => !held.Contains(w)).Select((w, i) => new DatasetRow(i, w.Answered(w.With), w.Answered(w.Without), metadata))],
            [.. written.Where(held.Contains).Select((w, i) => new HeldOutPrompt(i, [new("user", w.Message)], new Dictionary<string, JsonElement>()))]);
    }

    private static int HeldOut(int pairs) => Math.Max(1, pairs / 5);

    private static ChatRequest Ask(string description, int call) => new(
    [
        new("system",
            $"You write examples for studying how assistants behave. The trait to study, between the marks:\n<trait>\n{description}\n</trait>\n"
            + $"Write {PerCall} examples. Each has a message that a user could send, of one to three sentences, and two answers to it of two to six "
                + "sentences: one that clearly shows the trait, and one that does not show it at all. "
            + "Both answers are of the same use and about the same length apart from what the trait itself changes, and no message or answer mentions the "
                + "trait, the study or these instructions. "
            + "Reply with JSON alone: {\"examples\": [{\"message\": \"...\", \"with_trait\": \"...\", \"without_trait\": \"...\"}]}"),
        new("user", $"Set {1 + call / Areas.Length}, on {Areas[call % Areas.Length]}. Make the messages differ in tone, length and kind."),
    ])
    { Temperature = 0.7, Seed = call, MaxTokens = 4096, Schema = Schema };

    // The object may be surrounded by reasoning or a code fence.
    private static IEnumerable<Written> Read(string reply)
    {
        var (start, end) = (reply.IndexOf("{\"examples\"", StringComparison.Ordinal) is >= 0 and var at ? at : reply.IndexOf('{'), reply.LastIndexOf('}'));
        if (start < 0 || end < start)
            return [];
        try
        {
            var examples = JsonElement.Parse(reply.AsSpan(start, end + 1 - start));
            return examples.ValueKind == JsonValueKind.Object && examples.TryGetProperty("examples", out var list) && list.ValueKind == JsonValueKind.Array
                ? [.. list.EnumerateArray().Select(One).OfType<Written>()]
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static Written? One(JsonElement example)
    {
        string[] texts;
        try
        {
            texts = [.. new[] { "message", "with_trait", "without_trait" }.Select(name =>
                example.ValueKind == JsonValueKind.Object && example.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
                    ? value.GetString()!.Trim() : "")];
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            return null;
        }
        return texts.Contains("") || texts[1] == texts[2] ? null : new Written(texts[0], texts[1], texts[2]);
    }

    private sealed record Written(string Message, string With, string Without)
    {
        public MessageConversation Answered(string answer) => new([new ChatMessage("user", Message), new("assistant", answer)]);
    }
}
