using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Attribution.Judging.Chat;

/// <summary>Writes and reads a reply as a line of a journal.</summary>
internal static class StoredReply
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static string Write(ChatReply reply) => JsonSerializer.Serialize(new Line(reply.Text, reply.InputTokens,
        reply.OutputTokens)
    { End = reply.End == ReplyEnd.Whole ? null : reply.End }, Options);

    public static ChatReply Read(string line)
    {
        var read = JsonSerializer.Deserialize<Line>(line, Options)!;
        return new(read.Text, read.InputTokens, read.OutputTokens) { End = read.End ?? ReplyEnd.Whole };
    }

    private sealed record Line(string Text, int InputTokens, int OutputTokens)
    {
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public ReplyEnd? End { get; init; }
    }
}
