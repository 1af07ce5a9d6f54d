using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Attribution.Pipeline;

/// <summary>JSON for results that people and other programs read: snake_case names, letters unescaped, numbers in full precision.</summary>
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

    /// <summary>A duration as people write it: <c>45 s</c>, <c>9 min</c>, <c>3 h 20 min</c>.</summary>
    public static string Duration(double seconds) => seconds < 90 ? $"{Math.Max(1, Math.Round(seconds)):0} s"
        : seconds < 5400 ? $"{seconds / 60:0} min" : $"{Math.Floor(seconds / 3600):0} h {seconds % 3600 / 60:0} min";

    /// <summary>The number; null if it is not finite, which JSON cannot express.</summary>
    public static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
