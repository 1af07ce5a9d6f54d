using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Attribution.Contracts;

/// <summary>
/// Reads and writes stage settings as the JSON text of a request. Null values are left out. A number or a Boolean may also be a JSON string, as MSBuild passes
/// it.
/// </summary>
internal static class StageRequestJson
{
    internal static SettingsContext Context { get; } = new(new JsonSerializerOptions(SettingsContext.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>The JSON text, which ends with a line break.</summary>
    public static string Write(StageSettings settings) => JsonSerializer.Serialize(settings, Context.GetTypeInfo(settings.GetType())!) + "\n";

    /// <summary>Reads a request.</summary>
    /// <typeparam name="T">The type of the stage's settings, or <see cref="StageSettings"/> for the part that all stages share.</typeparam>
    /// <exception cref="JsonException">The text is not JSON, a required property is missing, or a value is not allowed.</exception>
    public static T Read<T>(ReadOnlySpan<byte> utf8)
        where T : StageSettings => (T)Read(typeof(T), utf8);

    /// <summary>Reads a request.</summary>
    /// <param name="settings">The type of the stage's settings.</param>
    /// <param name="utf8">The JSON text in UTF-8.</param>
    /// <exception cref="JsonException">See <see cref="Read{T}"/>.</exception>
    public static StageSettings Read(Type settings, ReadOnlySpan<byte> utf8) =>
        (StageSettings?)JsonSerializer.Deserialize(utf8, Context.GetTypeInfo(settings)!) ?? throw new JsonException("it is null");
}

internal sealed class TruthConverter : JsonConverter<bool>
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
