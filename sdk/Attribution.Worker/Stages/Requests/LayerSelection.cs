using System.Text.Json;
using System.Text.Json.Serialization;

namespace Attribution.Worker.Stages.Requests;

/// <summary>The blocks of a model that vectors are computed at: a list of 0-based indices, or <c>"all"</c>.</summary>
/// <param name="Layers">The indices; null for all.</param>
[JsonConverter(typeof(Converter))]
internal sealed record LayerSelection(int[]? Layers)
{
    private sealed class Converter : JsonConverter<LayerSelection>
    {
        public override LayerSelection Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType != JsonTokenType.String ? new(JsonSerializer.Deserialize<int[]>(ref reader, options))
            : reader.GetString() == "all" ? new((int[]?)null)
            : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, LayerSelection value, JsonSerializerOptions options) => throw new NotSupportedException();
    }
}
