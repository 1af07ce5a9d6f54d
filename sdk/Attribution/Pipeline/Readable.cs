using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Attribution.Pipeline;

/// <summary>How results are written as JSON for people and for other programs: snake_case names, every letter as itself, numbers in full.</summary>
internal static class Readable
{
    /// <summary>One object per line.</summary>
    public static JsonSerializerOptions Line { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>One object per file.</summary>
    public static JsonSerializerOptions Indented { get; } = new(Line) { WriteIndented = true };

    /// <summary>Writes objects, one per line.</summary>
    public static void WriteLines<T>(string path, IEnumerable<T> values) =>
        File.WriteAllText(path, string.Concat(values.Select(v => JsonSerializer.Serialize(v, Line) + "\n")));

    /// <summary>Reads what <see cref="WriteLines"/> wrote.</summary>
    public static IEnumerable<T> ReadLines<T>(string path) => File.ReadLines(path).Select(line => JsonSerializer.Deserialize<T>(line, Line)!);

    /// <summary>A number as JSON can say it: what is not finite is left out.</summary>
    public static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
