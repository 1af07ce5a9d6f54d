using System.Text.Encodings.Web;
using System.Text.Json;
using Attribution.Tokenization;

namespace QuickstartModel.Corpus;

/// <summary>Writes the data sets in the form that experiments read: one JSON object a line.</summary>
internal static class DataFiles
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// <c>pool.jsonl</c>, and for each behaviour <c>{behaviour}.jsonl</c> (pairs) and <c>{behaviour}.prompts.jsonl</c>
    /// (held-out prompts), into <paramref name="folder"/>.
    /// </summary>
    public static void Write(QuickstartData data, string folder)
    {
        Directory.CreateDirectory(folder);
        WriteLines(Path.Combine(folder, "pool.jsonl"), data.TrainingPool(), Labelled);
        foreach (var behaviour in Behaviours.All)
        {
            WriteLines(Path.Combine(folder, $"{behaviour}.jsonl"), data.Pairs(behaviour), Pair);
            WriteLines(Path.Combine(folder, $"{behaviour}.prompts.jsonl"), data.Prompts(behaviour), (json, prompt) => Messages(json, "messages", prompt));
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

    private static void WriteLines<T>(string path, IReadOnlyList<T> rows, Action<Utf8JsonWriter, T> write)
    {
        using var file = File.Create(path);
        foreach (var row in rows)
        {
            using (var json = new Utf8JsonWriter(file, Options))
            {
                json.WriteStartObject();
                write(json, row);
                json.WriteEndObject();
            }
            file.WriteByte((byte)'\n');
        }
    }
}
