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

    /// <summary>A time as people say it: <c>45 s</c>, <c>9 min</c>, <c>3 h 20 min</c>.</summary>
    public static string Duration(double seconds) => seconds < 90 ? $"{Math.Max(1, Math.Round(seconds)):0} s"
        : seconds < 5400 ? $"{seconds / 60:0} min" : $"{Math.Floor(seconds / 3600):0} h {seconds % 3600 / 60:0} min";

    /// <summary>A number as JSON can say it: what is not finite is left out.</summary>
    public static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
