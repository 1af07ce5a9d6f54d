using System.Text.Json;
using System.Text.Json.Serialization;
using Attribution.Diagnostics;

namespace Attribution.Worker.Stages.Requests;

/// <summary>A stage's <c>.request.json</c>. Numbers and truth values may be written as texts, as MSBuild has them.</summary>
internal static class RequestFile
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new TruthConverter() },
    };

    /// <summary>Reads a request.</summary>
    /// <exception cref="AttributionException">ATTR1950: it is missing, is no JSON, or a property is missing or cannot be what it says.</exception>
    public static T Read<T>(string path)
        where T : StageSettings
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), Options) ?? throw Invalid(path, null, "it is null");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Invalid(path, null, e.Message);
        }
        catch (JsonException e)
        {
            // A number that is none is at fault by its value; a property that is missing, by its name in the message.
            var property = e.Path is { Length: > 2 } at ? at[2..] : null;
            throw Invalid(path, property, property is null ? e.Message : $"'{property}' has a value that it cannot have");
        }
    }

    private static AttributionException Invalid(string path, string? property, string why) =>
        new(ErrorCodes.RequestInvalid, $"The request '{path}' cannot be used: {why}. Correct the project's property or item that it comes from.") { File = path, Property = property };

    private sealed class TruthConverter : JsonConverter<bool>
    {
        public override bool Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            JsonTokenType.String when bool.TryParse(reader.GetString(), out var value) => value,
            _ => throw new JsonException(),
        };

        public override void Write(Utf8JsonWriter writer, bool value, JsonSerializerOptions options) => writer.WriteBooleanValue(value);
    }
}
