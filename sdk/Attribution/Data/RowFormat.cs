using System.Text.Json;
using Attribution.Contracts;
using Attribution.Diagnostics;
using Attribution.Tokenization;

namespace Attribution.Data;

/// <summary>A conversation format other than the library's own columns: its columns, and how a row becomes a treatment and a control.</summary>
internal sealed class RowFormat
{
    private static readonly Dictionary<string, string> ShareGptRoles = new(StringComparer.OrdinalIgnoreCase)
    {
        ["human"] = "user",
        ["user"] = "user",
        ["gpt"] = "assistant",
        ["assistant"] = "assistant",
        ["chatgpt"] = "assistant",
        ["model"] = "assistant",
        ["bot"] = "assistant",
        ["system"] = "system",
        ["tool"] = "tool",
        ["observation"] = "tool",
        ["function_response"] = "tool",
    };

    private readonly Func<Row, (List<ChatMessage>? Treatment, List<ChatMessage>? Control)> _read;

    private RowFormat(string name, string title, string[] required, Func<Row, (List<ChatMessage>?, List<ChatMessage>?)> read) =>
        (Name, Title, Required, _read) = (name, title, required, read);

    /// <summary>The value of <c>Format</c> that selects it.</summary>
    public string Name { get; }

    /// <summary>Its usual name.</summary>
    public string Title { get; }

    /// <summary>The columns that identify it.</summary>
    public IReadOnlyList<string> Required { get; }

    /// <summary>The formats that can be detected from the columns.</summary>
    public static IReadOnlyList<RowFormat> All { get; } =
    [
        new(DatasetFormatNames.Messages, "messages", ["messages"], row => (row.Messages("messages"), null)),
        new(DatasetFormatNames.ShareGpt, "ShareGPT", ["conversations"], row => (row.WithSystem(row.Messages("conversations")), null)),
        new(DatasetFormatNames.PromptCompletion, "prompt and completion", ["prompt", "completion"], row =>
            (row.WithSystem(row.After(row.Prompt(), "completion")), null)),
        new(DatasetFormatNames.Alpaca, "Alpaca", ["instruction", "output"], row => (row.Alpaca(), null)),
        new(DatasetFormatNames.Preference, "preference pairs", ["chosen", "rejected"], row =>
            (row.WithSystem(row.Side("chosen")), row.WithSystem(row.Side("rejected")))),
    ];

    /// <summary>A format with explicitly named columns.</summary>
    /// <param name="treatment">The column of treatments.</param>
    /// <param name="control">The column of controls; null for none.</param>
    public static RowFormat Of(string treatment, string? control) =>
        new("columns", $"treatments of {treatment}{(control is null ? "" : $" and controls of {control}")}",
            [treatment, .. control is null ? [] : new[] { control }],
            row => (row.Side(treatment), control is null ? null : row.Side(control)));

    /// <summary>Finds the format of a dataset from its columns.</summary>
    /// <returns>The format; null for the library's own columns.</returns>
    /// <exception cref="AttributionException">ATTR1310: the options name no format, or contradict each other. ATTR1305: a column is missing. ATTR1327: the
    /// columns fit several formats.</exception>
    public static RowFormat? Find(DatasetOptions options, IReadOnlyList<string> columns, string file)
    {
        if (options.TreatmentColumn is { } treatment)
        {
            if (options.Format is not null)
                throw new AttributionException(ErrorCodes.DatasetOptionInvalid,
                    "Format and TreatmentColumn are both given. Give one: either the format or the columns.")
                { File = file, Property = "Format" };
            return Checked(Of(treatment, options.ControlColumn));
        }
        if (options.ControlColumn is not null)
            throw new AttributionException(ErrorCodes.DatasetOptionInvalid,
                "ControlColumn is given without TreatmentColumn. Name the column of the treatments too.")
            { File = file, Property = "ControlColumn" };
        if (options.Format is { } name)
            return name == DatasetFormatNames.Treatment ? null
                : Checked(All.FirstOrDefault(format => format.Name == name) ?? throw new AttributionException(ErrorCodes.DatasetOptionInvalid,
                $"There is no format '{name}'. Formats are {DatasetFormatNames.Treatment} (our own columns), "
                    + $"{string.Join(", ", All.Select(format => format.Name))}.")
                { File = file, Property = "Format" });
        if (columns.Any(Columns.Conversations.Contains))
            return null;
        RowFormat[] fitting = [.. All.Where(format => format.Required.All(columns.Contains))];
        var described = fitting.Select(format => $"{format.Name} ({string.Join(", ", format.Required)})");
        return fitting.Length <= 1 ? fitting.FirstOrDefault() : throw new AttributionException(ErrorCodes.DatasetFormatAmbiguous,
            $"'{Path.GetFileName(file)}' has the columns of several formats: {string.Join("; ", described)}. "
            + $"Say which is meant, such as Format=\"{fitting[0].Name}\", or name the columns with TreatmentColumn and ControlColumn.")
        { File = file, Property = "Format" };

        RowFormat Checked(RowFormat format) => columns.Count == 0 || format.Required.FirstOrDefault(column => !columns.Contains(column)) is not { } missing
            ? format
            : throw new AttributionException(ErrorCodes.DatasetColumnMissing,
                $"'{Path.GetFileName(file)}' has no column {missing}. Its columns are: {string.Join(", ", columns)}.")
            { File = file, Property = missing };
    }

    /// <summary>Makes conversations from a row.</summary>
    /// <returns>The conversations, and the columns used in them, which are therefore not metadata.</returns>
    public (ConversationParts Treatment, ConversationParts Control, IReadOnlySet<string> Used) Read(JsonElement row, RowPlace place)
    {
        var used = new HashSet<string>(Required);
        var (treatment, control) = _read(new Row(row, place, used));
        return (new(treatment, null, null), new(control, null, null), used);
    }

    private readonly record struct Row(JsonElement Json, RowPlace Place, HashSet<string> Used)
    {
        /// <summary>A list of messages in either spelling, or as JSON text; null for null.</summary>
        public List<ChatMessage>? Messages(string column)
        {
            if (Value(column) is not { } value)
                return null;
            var place = Place;
            var list = JsonConversations.Unwrap(value, place, column);
            return list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0 || list[0].ValueKind != JsonValueKind.Object
                || !list[0].TryGetProperty("from", out _)
                ? JsonConversations.Messages(list, place, column, nullsAreAbsent: true)
                : [.. list.EnumerateArray().Select((message, index) => ShareGpt(message, index, place, column))];
        }

        /// <summary>One side of a pair: a whole conversation, or an answer to <c>prompt</c>.</summary>
        public List<ChatMessage>? Side(string column)
        {
            if (Value(column) is not { } value)
                return null;
            if (value.ValueKind == JsonValueKind.String && !IsList(value.GetString()!))
                return After(Prompt() ?? throw Place.Error(ErrorCodes.MessagesMalformed, column,
                    $"{column} is a text and the row has no prompt to go before it. Give a column prompt, or {column} as a list of messages."), column);
            var messages = Messages(column);
            return messages is [{ Role: "assistant" }, ..] && Prompt() is { } prompt ? [.. prompt, .. messages] : messages;
        }

        /// <summary>The answer in a column, a text or messages, appended to a prompt.</summary>
        public List<ChatMessage>? After(List<ChatMessage>? prompt, string column)
        {
            if (Value(column) is not { } answer)
                return null;
            return answer.ValueKind == JsonValueKind.String && !IsList(answer.GetString()!)
                ? [.. prompt ?? [], new("assistant", answer.GetString()!)]
                : [.. prompt ?? [], .. Messages(column)!];
        }

        /// <summary>The column <c>prompt</c>: a user message as text, or messages.</summary>
        public List<ChatMessage>? Prompt() => Value("prompt") switch
        {
            null => null,
            { ValueKind: JsonValueKind.String } text when !IsList(text.GetString()!) => [new("user", text.GetString()!)],
            _ => Messages("prompt"),
        };

        public List<ChatMessage>? WithSystem(List<ChatMessage>? messages) =>
            messages is not null && messages.FirstOrDefault()?.Role != "system"
                && Text("system") is { Length: > 0 } system ? [new("system", system), .. messages] : messages;

        public List<ChatMessage>? Alpaca()
        {
            if (Text("output") is not { } output)
                return null;
            var (instruction, input) = (Text("instruction") ?? "", Text("input"));
            List<ChatMessage> messages = [];
            foreach (var turn in Value("history") is { } value
                && JsonConversations.Unwrap(value, Place, "history") is { ValueKind: JsonValueKind.Array } history ? history.EnumerateArray() : default)
                messages.AddRange(turn.ValueKind == JsonValueKind.Array && turn.GetArrayLength() == 2 && turn[0].ValueKind == JsonValueKind.String
                    && turn[1].ValueKind == JsonValueKind.String
                    ? [new("user", turn[0].GetString()!), new("assistant", turn[1].GetString()!)]
                    : throw Place.Error(ErrorCodes.MessagesMalformed, "history", "history must be a list of pairs of texts, question and answer."));
            messages.AddRange([new("user", string.IsNullOrEmpty(input) ? instruction : $"{instruction}\n\n{input}"), new("assistant", output)]);
            return WithSystem(messages);
        }

        // Every column that is asked for becomes part of the conversation.
        private JsonElement? Value(string column)
        {
            Used.Add(column);
            return Json.TryGetProperty(column, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
        }

        private string? Text(string column) => Value(column) switch
        {
            null => null,
            { ValueKind: JsonValueKind.String } text => text.GetString(),
            _ => throw Place.Error(ErrorCodes.MessagesMalformed, column, $"{column} must be a text."),
        };

        // A list of messages as JSON text, as in CSV; an answer that begins with a bracket is rarely a list of objects.
        private static bool IsList(string text) => text.AsSpan().TrimStart() is ['[', .. var rest] && rest.TrimStart() is ['{', ..];

        private static ChatMessage ShareGpt(JsonElement message, int index, RowPlace place, string column)
        {
            if (message.ValueKind != JsonValueKind.Object || !message.TryGetProperty("from", out var from) || from.ValueKind != JsonValueKind.String
                || !message.TryGetProperty("value", out var value) || value.ValueKind != JsonValueKind.String)
                throw place.Error(ErrorCodes.MessagesMalformed, column, $"message {index} lacks the texts 'from' and 'value'.");
            if (!ShareGptRoles.TryGetValue(from.GetString()!, out var role))
                throw place.Error(ErrorCodes.MessagesMalformed, column,
                    $"message {index} is from '{from.GetString()}', which is none of {string.Join(", ", ShareGptRoles.Keys)}. Give the row as "
                    + "messages with role and content.");
            var fields = message.EnumerateObject().Where(field => field.Name is not ("from" or "value")
                && field.Value.ValueKind != JsonValueKind.Null).ToDictionary(field => field.Name, field => field.Value);
            foreach (var (name, field) in fields)
                if (ChatMessage.Fault(name, field) is { } fault)
                    throw place.Error(ErrorCodes.MessagesMalformed, column, $"message {index}: {fault}");
            return new(role, value.GetString()!) { Fields = fields.Count == 0 ? null : fields };
        }
    }
}
