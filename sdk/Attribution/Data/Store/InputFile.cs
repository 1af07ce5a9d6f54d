using System.Text.Json;
using System.Text.Json.Serialization;

namespace Attribution.Data.Store;

/// <summary>
/// A file or folder that a stage reads, as a property of its request. In the stage's fingerprint it counts by its content alone:
/// its path and its dates do not matter, so a stage must say in a parameter of its own whatever it takes from the name (such as the format).
/// </summary>
/// <param name="Path">Where the file or folder is.</param>
[JsonConverter(typeof(Converter))]
internal readonly record struct InputFile(string Path)
{
    internal const string Tag = "$file";

    // Reads a plain string too, the way a person writes a request.
    private sealed class Converter : JsonConverter<InputFile>
    {
        public override InputFile Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.String)
                return new InputFile(reader.GetString()!);
            using var document = JsonDocument.ParseValue(ref reader);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(Tag, out var path)
                ? new InputFile(path.GetString()!)
                : throw new JsonException($"an input file is a path or {{\"{Tag}\": path}}");
        }

        public override void Write(Utf8JsonWriter writer, InputFile value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteString(Tag, value.Path);
            writer.WriteEndObject();
        }
    }
}
