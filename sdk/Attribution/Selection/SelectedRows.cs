using System.Text.Encodings.Web;
using System.Text.Json;
using Attribution.Data;
using Attribution.Diagnostics;
using Attribution.Tokenization;

namespace Attribution.Selection;

/// <summary>A selected training row.</summary>
/// <param name="Rank">The rank in the selection, from 1.</param>
/// <param name="Index">The 0-based index of the row in its dataset.</param>
/// <param name="Score">The row's score.</param>
/// <param name="Treatment">The conversation to train on.</param>
public sealed record SelectedRow(int Rank, long Index, float Score, Conversation Treatment);

/// <summary>
/// The file <c>selected_train_data.jsonl</c>: a line per selected row, best first, with <c>rank</c>, <c>idx</c>, <c>score</c> and <c>messages</c> (or
/// <c>tokens</c> and <c>keep</c> if the dataset is pre-tokenized).
/// </summary>
public static class SelectedRows
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Joins a selection with the rows of its dataset, in rank order. The dataset is streamed.</summary>
    /// <param name="selection">The selection, best first.</param>
    /// <param name="rows">The dataset that was scored.</param>
    /// <exception cref="AttributionException">A selected row is not in the dataset: the vectors belong to another dataset.</exception>
    public static IReadOnlyList<SelectedRow> Join(IReadOnlyList<ScoredRow> selection, IEnumerable<DatasetRow> rows)
    {
        var ranks = selection.Select((row, place) => (row.Index, place)).ToDictionary(p => p.Index, p => p.place);
        var joined = new SelectedRow?[selection.Count];
        foreach (var row in rows)
            if (ranks.TryGetValue(row.Index, out var place))
                joined[place] = new SelectedRow(place + 1, row.Index, selection[place].Score, row.Treatment);
        for (var place = 0; place < joined.Length; place++)
            if (joined[place] is null)
                throw new AttributionException(ErrorCodes.SelectionWithoutRow,
                    $"Row {selection[place].Index} was selected, but the dataset has no such row. The vectors were computed from another "
                        + "dataset; compute them again.")
                { Row = selection[place].Index };
        return joined!;
    }

    /// <summary>Writes the file; equal rows give equal bytes.</summary>
    public static void Write(string path, IEnumerable<SelectedRow> rows) => Write(path, rows, (json, row) =>
    {
        json.WriteNumber("rank", row.Rank);
        json.WriteNumber("idx", row.Index);
        json.WriteNumber("score", row.Score);
        Write(json, row.Treatment, "");
    });

    /// <summary>Writes conversations to train on as a dataset, with the column names of <see cref="Dataset"/>.</summary>
    internal static void WriteDataset(string path, IEnumerable<Conversation> treatments) =>
        Write(path, treatments, (json, treatment) => Write(json, treatment, "treatment_"));

    /// <summary>Reads the file.</summary>
    /// <exception cref="AttributionException">The file is missing, or a line is malformed; the exception names the row.</exception>
    public static IReadOnlyList<SelectedRow> Read(string path)
    {
        if (!File.Exists(path))
            throw new AttributionException(ErrorCodes.DatasetNotFound,
                $"There is no file of selected rows at '{path}'. Select rows first, or correct the path.")
            { File = path };
        return [.. File.ReadLines(path).Select((line, row) => Read(line, path, row))];
    }

    /// <summary>Whether a file looks like a file of selected rows: its first line has a rank.</summary>
    internal static bool Recognizes(string path) =>
        path.EndsWith(".jsonl", StringComparison.Ordinal) && File.Exists(path) && File.ReadLines(path).FirstOrDefault() is { } line
            && line.StartsWith("{\"rank\":", StringComparison.Ordinal);

    private static void Write<T>(string path, IEnumerable<T> lines, Action<Utf8JsonWriter, T> write)
    {
        using var file = File.Create(path);
        foreach (var line in lines)
        {
            using (var json = new Utf8JsonWriter(file, Plain))
            {
                json.WriteStartObject();
                write(json, line);
                json.WriteEndObject();
            }
            file.WriteByte((byte)'\n');
        }
    }

    private static void Write(Utf8JsonWriter json, Conversation conversation, string prefix)
    {
        switch (conversation)
        {
            case MessageConversation { Messages: var messages, Variables: var variables }:
                json.WritePropertyName($"{prefix}messages");
                JsonSerializer.Serialize(json, messages);
                foreach (var (name, value) in RowVariables.ToColumns(variables))
                {
                    json.WritePropertyName(name);
                    value.WriteTo(json);
                }
                break;
            case TokenConversation { Tokens: var tokens, Keep: var keep }:
                json.WriteStartArray($"{prefix}tokens");
                foreach (var token in tokens)
                    json.WriteNumberValue(token);
                json.WriteEndArray();
                json.WriteStartArray($"{prefix}keep");
                foreach (var kept in keep)
                    json.WriteBooleanValue(kept);
                json.WriteEndArray();
                break;
        }
    }

    private static SelectedRow Read(string line, string path, int row)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var at = document.RootElement;
            Conversation conversation = at.TryGetProperty("messages", out var messages)
                ? new MessageConversation([.. messages.EnumerateArray().Select(m => m.Deserialize<ChatMessage>()
                    ?? throw new FormatException("a message is null"))])
                {
                    Variables = RowVariables.Read(line, new RowPlace(path, row)),
                }
                : new TokenConversation(
                    [.. at.GetProperty("tokens").EnumerateArray().Select(t => t.GetInt32())],
                    [.. at.GetProperty("keep").EnumerateArray().Select(k => k.GetBoolean())]);
            return new SelectedRow(at.GetProperty("rank").GetInt32(), at.GetProperty("idx").GetInt64(), at.GetProperty("score").GetSingle(), conversation);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new AttributionException(ErrorCodes.SelectedRowInvalid,
                $"The line is no selected row ({e.Message}). A line has rank, idx, score and messages; select the rows again.", e)
            { File = path, Row = row };
        }
    }
}
