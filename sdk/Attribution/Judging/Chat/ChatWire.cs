using System.ClientModel.Primitives;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Attribution.Diagnostics;

namespace Attribution.Judging.Chat;

/// <summary>Writes calls, and interprets replies.</summary>
/// <param name="options">The model.</param>
/// <param name="endpoint">The endpoint's address.</param>
/// <param name="key">The key that is sent and removed from replies.</param>
/// <param name="keyWithheld">Whether there is a key that is not sent, because others could read the connection to the endpoint.</param>
internal sealed partial class ChatWire(ChatOptions options, Uri endpoint, ChatKey? key, bool keyWithheld)
{
    private const int LongestQuote = 300;

    // Text stays readable and short; whatever could end a JSON string is escaped.
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private volatile ChatForm _form = new();

    /// <summary>The model and the endpoint, for messages.</summary>
    public string Place => $"{options.Model} at {endpoint.Authority}";

    /// <summary>The form of the next call, without the parts that the endpoint has refused.</summary>
    public ChatForm Form => _form;

    /// <summary>The greatest number of tokens that a call can cost: a token has at least one byte.</summary>
    public static long MostTokens(ChatRequest request, int bodyBytes) => bodyBytes + request.MaxTokens;

    /// <summary>The body of a call.</summary>
    public byte[] Write(ChatRequest request, ChatForm form)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Writing))
        {
            json.WriteStartObject();
            json.WriteString("model", options.Model);
            json.WriteStartArray("messages");
            foreach (var message in request.Messages)
            {
                json.WriteStartObject();
                json.WriteString("role", message.Role);
                json.WriteString("content", message.Content);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            if (form.Temperature)
                json.WriteNumber("temperature", request.Temperature);
            if (form.Seed)
                json.WriteNumber("seed", request.Seed);
            if (form.TokenLimit is { } limit)
                json.WriteNumber(limit, request.MaxTokens);
            if (form.Schema && request.Schema is { } schema)
            {
                json.WriteStartObject("response_format");
                json.WriteString("type", "json_schema");
                json.WriteStartObject("json_schema");
                json.WriteString("name", schema.Name);
                json.WriteBoolean("strict", true);
                json.WritePropertyName("schema");
                json.WriteRawValue(schema.Json);
                json.WriteEndObject();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    /// <summary>Reads a reply.</summary>
    /// <returns>The answer; null if the call must be repeated with the new value of <see cref="Form"/>.</returns>
    /// <exception cref="ChatFailure">A retry may help.</exception>
    /// <exception cref="AttributionException">ATTR1645 to ATTR1647: a retry cannot help.</exception>
    public ChatReply? Read(PipelineResponse response, ChatRequest request, ChatForm form)
    {
        if (response.Status is >= 200 and < 300)
            return ReadAnswer(response.Content);
        if (response.Status is >= 300 and < 400)
            throw new AttributionException(ErrorCodes.ChatEndpointInvalid,
                $"{Place} redirects elsewhere ({response.Status}). Name the address that it redirects to, if "
                + "that is where answers may go.")
            { Property = "JudgeEndpoint" };
        var (said, code) = ReadError(response.Content);
        if (IsFilter(code))
            return new ChatReply(said, 0, 0) { End = ReplyEnd.Filtered };
        // Thoughts took all the tokens; they are charged.
        if (response.Status == 400 && said.Contains("output limit was reached", StringComparison.OrdinalIgnoreCase))
            return new ChatReply("", 0, request.MaxTokens) { End = ReplyEnd.Cut };
        if (response.Status is 400 or 404 or 422 or 501 && Without(form, request, said) is { } simpler)
        {
            _form = simpler;
            return null;
        }
        throw Failure(response, said, code);
    }

    private ChatReply ReadAnswer(BinaryData content)
    {
        JsonElement root;
        try
        {
            root = JsonElement.Parse(WithoutMark(DecodableJson.Of(content.ToMemory()).Span));
        }
        catch (JsonException)
        {
            throw content.ToMemory().Span.StartsWith("data:"u8)
                ? Refused($"{Place} streams its answer although it was not asked to. Name an endpoint that sends whole answers.")
                : new ChatFailure("the endpoint's answer is not a chat completion");
        }
        var choice = Member(root, "choices") is { ValueKind: JsonValueKind.Array } choices && choices.GetArrayLength() > 0 ? choices[0] : default;
        if (Member(root, "error") is { ValueKind: not JsonValueKind.Null } || Member(choice, "error") is { ValueKind: not JsonValueKind.Null })
        {
            var (said, code) = ReadError(Member(choice, "error") is { } inner ? BinaryData.FromObjectAsJson(new { error = inner }) : content);
            if (IsFilter(code))
                return new ChatReply(said, 0, 0) { End = ReplyEnd.Filtered };
            // Routers pass on the status of the service behind them.
            throw int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && IsTemporary(status)
                ? new ChatFailure($"the endpoint answered {status}: \"{said}\"") { IsThrottling = status is 429 or 503 }
                : Refused($"{Place} answered a call with an error: \"{said}\".");
        }
        if (Member(choice, "message") is not { ValueKind: JsonValueKind.Object } message)
            throw Refused($"The answer of {Place} is not a chat completion: \"{ReadError(content).Said}\".");
        var usage = Member(root, "usage") is { ValueKind: JsonValueKind.Object } counted ? counted : default;
        // A refusal has its own property, and no content.
        return new ChatReply(KnownSecrets.Hide(Spoken(message) ?? Text(message, "refusal") ?? ""), Count(usage, "prompt_tokens"),
            Count(usage, "completion_tokens"))
        {
            End = Text(choice, "finish_reason") switch { "length" or "max_tokens" => ReplyEnd.Cut, "content_filter" => ReplyEnd.Filtered, _ => ReplyEnd.Whole },
        };
    }

    /// <summary>The text of a message: a string, or the texts among its parts, without thoughts.</summary>
    private static string? Spoken(JsonElement message) => Member(message, "content") is { ValueKind: JsonValueKind.Array } parts
        ? string.Concat(parts.EnumerateArray().Where(part => Text(part, "type") is "text" or "output_text").Select(part => Text(part, "text")))
        : Text(message, "content");

    private static bool IsTemporary(int status) => status is 408 or 409 or 429 or (>= 500 and < 600);

    private static bool IsFilter(string code) => code.Contains("content_filter", StringComparison.OrdinalIgnoreCase)
        || code is "content_policy_violation" or "ResponsibleAIPolicyViolation";

    private static JsonElement? Member(JsonElement of, string name) => of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value)
        ? value : null;

    private static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> json) => json.StartsWith("\uFEFF"u8) ? json[3..] : json;

    // Endpoints usually name the part that they do not know. response_format may also hide behind other words, so it is dropped first.
    private static ChatForm? Without(ChatForm form, ChatRequest request, string said)
    {
        bool Named(string word) => said.Contains(word, StringComparison.OrdinalIgnoreCase);
        var hasSchema = form.Schema && request.Schema is not null;
        if (hasSchema && (Named("response_format") || Named("json_schema") || Named("schema") || Named("structured")))
            return form with { Schema = false };
        // A limit that is too large for one conversation is no unknown name: without it the others would have none.
        var isOfValue = IsOfRoom(said);
        if (!isOfValue && form.TokenLimit == ChatForm.NewLimit && Named(ChatForm.NewLimit))
            return form with { TokenLimit = ChatForm.OldLimit };
        if (!isOfValue && form.TokenLimit == ChatForm.OldLimit && Named(ChatForm.OldLimit))
            return form with { TokenLimit = null };
        if (form.Temperature && Named("temperature"))
            return form with { Temperature = false };
        if (form.Seed && Named("seed"))
            return form with { Seed = false };
        return null;
    }

    // Whether the endpoint refuses the value of the token limit, or the limit and the conversation together.
    private static bool IsOfRoom(string said) => ((string[])["too large", "maximum context", "context length", "at most"])
        .Any(words => said.Contains(words, StringComparison.OrdinalIgnoreCase));

    private Exception Failure(PipelineResponse response, string said, string code)
    {
        var status = response.Status;
        var quoted = said.Length == 0 ? "" : $": \"{said}\"";
        if (status == 429 && code == "insufficient_quota")
            return new AttributionException(ErrorCodes.ChatAccess,
                $"{Place} reports that the account has no credit or quota left (429). Add credit and build again: "
                + "every reply that came is kept.")
            { Property = ChatKey.Variable };
        if (IsTemporary(status))
            return new ChatFailure($"the endpoint answered {status}{quoted}") { IsThrottling = status is 429 or 503, RetryAfter = RetryAfter(response) };
        // What an endpoint says about a key may be a masked part of another one.
        var hidden = KeyPart().Replace(quoted, "...");
        return status switch
        {
            401 when keyWithheld => Access($"{Place} wants a key (401), and over plain http {ChatKey.Variable} is not sent to another machine. Use https, "
                + "or a tunnel to a port of this machine."),
            401 => Access(key is null
                ? $"{Place} wants a key (401){hidden}, and {ChatKey.Variable} is not set. Put it into the environment or into a .env file."
                : $"{Place} does not accept the key of {ChatKey.Variable} (401){hidden}. Check that it is whole, valid and meant for this endpoint."),
            402 => Access($"{Place} asks for payment (402): the account has no credit left."),
            403 => Access($"{Place} refuses access (403): the key of {ChatKey.Variable} may not use this model, or not from here."),
            404 => Refused($"{Place} was not found (404){quoted}. Check JudgeModel, and that JudgeEndpoint ends where chat/completions begins, as in "
                + $"{ChatOptions.DefaultEndpoint}."),
            _ => Refused($"{Place} refused a call ({status}){quoted}.", IsOfRoom(said) ? new NoRoomException() : null),
        };
    }

    private static AttributionException Access(string message) => new(ErrorCodes.ChatAccess, message) { Property = ChatKey.Variable };

    private static AttributionException Refused(string message, Exception? inner = null) =>
        new(ErrorCodes.ChatRefused, message, inner) { Property = "JudgeModel" };

    private static TimeSpan? RetryAfter(PipelineResponse response)
    {
        if (response.Headers.TryGetValue("retry-after-ms", out var text)
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds >= 0)
            return TimeSpan.FromMilliseconds(Math.Min(milliseconds, int.MaxValue));
        if (!response.Headers.TryGetValue("retry-after", out text))
            return null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds >= 0)
            return TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue / 1000));
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? TimeSpan.FromTicks(Math.Max(0, (date - DateTimeOffset.UtcNow).Ticks))
            : null;
    }

    // OpenAI has {"error": {"message", "code"}}; others {"error": "..."}, {"message": "..."}, {"detail": ...} or plain text.
    private (string Said, string Code) ReadError(BinaryData content)
    {
        var (said, code) = (Encoding.UTF8.GetString(content.ToMemory().Span), "");
        try
        {
            using var document = JsonDocument.Parse(DecodableJson.Of(content.ToMemory()));
            var root = document.RootElement;
            var error = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error", out var inner) ? inner : root;
            if (error.ValueKind == JsonValueKind.String)
                said = error.GetString()!;
            else if (error.ValueKind == JsonValueKind.Object)
                (said, code) = (Text(error, "message") ?? Text(error, "detail") ?? said,
                    Text(error, "code") ?? Number(error, "code") ?? Text(error, "type") ?? "");
        }
        catch (JsonException)
        {
            // Plain text.
        }
        said = KnownSecrets.Hide(string.Join(' ', said.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        return (said.Length > LongestQuote ? said[..LongestQuote] + "..." : said, code);
    }

    [GeneratedRegex(@"\S*\*\S*|\b(sk|pk|key|Bearer)[-_ ]\S+", RegexOptions.IgnoreCase)]
    private static partial Regex KeyPart();

    private static string? Text(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? Number(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetRawText() : null;

    private static int Count(JsonElement usage, string name) =>
        usage.ValueKind == JsonValueKind.Object && usage.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
            && value.TryGetInt32(out var count) && count > 0 ? count : 0;
}
