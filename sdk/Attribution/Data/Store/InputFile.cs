using System.Text.Json;
using System.Text.Json.Serialization;

namespace Attribution.Data.Store;

/// <summary>
/// A file or folder that a stage reads, as a property of its request. The stage's fingerprint depends only on the content, not on path and dates, so whatever a
/// stage derives from the name (such as the format) must be a parameter of its own.
/// </summary>
/// <param name="Path">The path of the file or folder.</param>
[JsonConverter(typeof(Converter))]
internal readonly record struct InputFile(string Path)
{
    internal const string Tag = "$file";

    // Also reads a plain string, as a person writes a request.
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
