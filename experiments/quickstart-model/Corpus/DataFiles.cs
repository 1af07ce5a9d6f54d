using System.Text.Json;
using Attribution.Tokenization;

namespace QuickstartModel.Corpus;

/// <summary>Writes the data sets of the quickstart.</summary>
internal static class DataFiles
{
    /// <summary>
    /// <c>pool.jsonl</c>, and for each behaviour <c>{behaviour}.jsonl</c> (pairs) and <c>{behaviour}.prompts.jsonl</c>
    /// (held-out prompts), into <paramref name="folder"/>.
    /// </summary>
    public static void Write(QuickstartData data, string folder)
    {
        JsonLines.Write(Path.Combine(folder, "pool.jsonl"), data.TrainingPool(), Labelled);
        foreach (var behaviour in Behaviours.All)
        {
            JsonLines.Write(Path.Combine(folder, $"{behaviour}.jsonl"), data.Pairs(behaviour), Pair);
            JsonLines.Write(Path.Combine(folder, $"{behaviour}.prompts.jsonl"), data.Prompts(behaviour), (json, prompt) => Messages(json, "messages", prompt));
        }
    }

    private static void Labelled(Utf8JsonWriter json, Example example)
    {
        Pair(json, example);
        json.WriteString("behaviour", example.Behaviour);
    }

    private static void Pair(Utf8JsonWriter json, Example example)
    {
        Messages(json, "treatment_messages", example.Treatment);
        Messages(json, "control_messages", example.Control);
    }

    private static void Messages(Utf8JsonWriter json, string name, IReadOnlyList<ChatMessage> messages)
    {
        json.WriteStartArray(name);
        foreach (var message in messages)
        {
            json.WriteStartObject();
            json.WriteString("role", message.Role);
            json.WriteString("content", message.Content);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
