using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Attribution.Contracts;

/// <summary>
/// A stage's settings as the JSON text of its request. What is null is left out. A number or a truth value may also be written as a text, as MSBuild has it.
/// </summary>
internal static class StageRequestJson
{
    internal static SettingsContext Context { get; } = new(new JsonSerializerOptions(SettingsContext.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>The text, which ends with a line break.</summary>
    public static string Write(StageSettings settings) => JsonSerializer.Serialize(settings, Context.GetTypeInfo(settings.GetType())!) + "\n";

    /// <summary>Reads a request.</summary>
    /// <typeparam name="T">The settings of its stage, or <see cref="StageSettings"/> for what all stages are told.</typeparam>
    /// <exception cref="JsonException">It is no JSON, a property is missing, or one has a value that it cannot have.</exception>
    public static T Read<T>(ReadOnlySpan<byte> utf8)
        where T : StageSettings => (T)Read(typeof(T), utf8);

    /// <summary>Reads a request.</summary>
    /// <param name="settings">The type of its stage's settings.</param>
    /// <param name="utf8">The text.</param>
    /// <exception cref="JsonException">As <see cref="Read{T}"/>.</exception>
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
