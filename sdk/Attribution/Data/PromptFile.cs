using System.Text;
using System.Text.Json;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Tokenization;

namespace Attribution.Data;

/// <summary>
/// A file of held-out prompts: a JSON array (<c>.json</c>) or one value per line (<c>.jsonl</c>, <c>.ndjson</c>). Each value is a text (the user's message), a
/// list of messages, or an object with <c>prompt</c> (a text or a list of messages) or <c>messages</c>; an object's other properties are kept. Assistant
/// messages at the end of a conversation are answers, not part of the prompt, and are removed.
/// </summary>
public static class PromptFile
{
    /// <summary>Reads all prompts, in order.</summary>
    /// <exception cref="AttributionException"><c>ATTR1301</c>: the file is missing. <c>ATTR1302</c>: it has another extension. <c>ATTR1304</c>: it is not JSON.
    /// <c>ATTR1308</c>: there are no prompts. <c>ATTR1315</c>, <c>ATTR1318</c>: a value is not a prompt.</exception>
    public static IReadOnlyList<HeldOutPrompt> Read(string path)
    {
        if (!File.Exists(path))
            throw new AttributionException(ErrorCodes.DatasetNotFound,
                $"There is no file of prompts at '{path}'. Correct the path or put the file there.")
            { File = path };
        FileIdentity.RequireFile(path);
        var prompts = Values(path).Select((value, index) => Prompt(value, new(path, index))).ToArray();
        return prompts.Length > 0 ? prompts : throw new AttributionException(ErrorCodes.DatasetEmpty, $"'{path}' holds no prompts.") { File = path };
    }

    // Bytes that are no text are an error, as in a dataset.
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly JsonDocumentOptions NoDuplicates = new() { AllowDuplicateProperties = false };

    private static IEnumerable<JsonElement> Values(string path)
    {
        var format = DatasetFormats.Of(path);
        try
        {
            if (format == DatasetFormat.JsonLines)
                return [.. File.ReadLines(path, Strict).Where(line => !string.IsNullOrWhiteSpace(line)).Select(Parse)];
            if (format == DatasetFormat.JsonArray && !path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
                && !path.EndsWith(".zst", StringComparison.OrdinalIgnoreCase))
            {
                var root = Parse(File.ReadAllText(path, Strict));
                return root.ValueKind == JsonValueKind.Array
                    ? root.EnumerateArray()
                    : throw new AttributionException(ErrorCodes.PromptsMalformed,
                        $"'{path}' is not a JSON array. Prompts come as [\"...\", ...].")
                    { File = path };
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            var place = MalformedJson.Locate(path, format);
            throw new AttributionException(ErrorCodes.DatasetMalformedJson,
                $"'{path}' is not JSON{(place is null ? "" : $" at line {place.Line}, byte {place.Byte}")}: {place?.Reason ?? error.Message} Correct it.",
                error)
            { File = path, Row = place?.Row };
        }
        throw new AttributionException(ErrorCodes.DatasetFormatUnknown,
            $"'{Path.GetFileName(path)}' is no file of prompts by its extension. Known are .json, .jsonl and .ndjson.")
        { File = path };
    }

    // Parsing leaves strings as they are; writing decodes each, and fails at half of a surrogate pair.
    private static JsonElement Parse(string text)
    {
        var value = JsonElement.Parse(text, NoDuplicates);
        _ = JsonSerializer.Serialize(value);
        return value;
    }

    private static HeldOutPrompt Prompt(JsonElement value, RowPlace place)
    {
        var metadata = new Dictionary<string, JsonElement>();
        var prompt = value;
        var column = "prompt";
        if (value.ValueKind == JsonValueKind.Object)
        {
            column = value.TryGetProperty("messages", out _) ? "messages" : column;
            if (!value.TryGetProperty(column, out prompt))
                throw place.Error(ErrorCodes.PromptsMalformed, column,
                    $"the object has neither prompt nor messages. Its properties are: "
                    + $"{string.Join(", ", value.EnumerateObject().Select(property => property.Name))}.");
            foreach (var property in value.EnumerateObject().Where(property => property.Name != column))
                metadata[property.Name] = property.Value;
        }
        List<ChatMessage> messages = prompt.ValueKind switch
        {
            JsonValueKind.String => [new("user", prompt.GetString()!)],
            JsonValueKind.Array => JsonConversations.Messages(prompt, place, column),
            _ => throw place.Error(ErrorCodes.PromptsMalformed, column, $"{prompt.GetRawText()} is neither a text nor a list of messages."),
        };
        if (messages.Count == 0)
            throw place.Error(ErrorCodes.PromptsMalformed, column, "an empty list of messages.");
        ChatMessage[] asked = [.. messages[..(messages.FindLastIndex(message => message.Role != "assistant") + 1)]];
        if (asked.Length == 0)
            throw place.Error(ErrorCodes.PromptsMalformed, column, "the assistant alone speaks, so there is nothing to answer. Give the user's message.");
        return new((int)place.Row, asked, metadata)
        {
            Variables = RowVariables.Read(metadata.Count == 0 ? null : JsonSerializer.Serialize(metadata), place)?.ToDictionary(v => v.Key, v =>
                (object?)v.Value),
            AnswerWasCut = asked.Length < messages.Count,
        };
    }
}

/// <summary>A prompt that a model is to answer in evaluation.</summary>
/// <param name="Index">The 0-based index in the file.</param>
/// <param name="Messages">The conversation so far, at least one message.</param>
/// <param name="Metadata">Its other properties, for example an id or a reference answer.</param>
public sealed record HeldOutPrompt(int Index, IReadOnlyList<ChatMessage> Messages, IReadOnlyDictionary<string, JsonElement> Metadata)
{
    /// <summary>The chat template's other variables, for example <c>tools</c>; null for none.</summary>
    public IReadOnlyDictionary<string, object?>? Variables { get; init; }

    /// <summary>Whether the conversation in the file had an answer, which was removed from the prompt.</summary>
    public bool AnswerWasCut { get; init; }
}
