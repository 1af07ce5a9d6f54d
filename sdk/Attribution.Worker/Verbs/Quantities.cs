using System.CommandLine.Parsing;
using System.Globalization;

namespace Attribution.Worker.Verbs;

/// <summary>Parses ages and sizes as people write them.</summary>
internal static class Quantities
{
    private static readonly Dictionary<string, double> Seconds = new(StringComparer.OrdinalIgnoreCase)
    {
        ["s"] = 1,
        ["m"] = 60,
        ["h"] = 3600,
        ["d"] = 86400,
        ["w"] = 604800,
    };

    private static readonly Dictionary<string, double> Bytes = new(StringComparer.OrdinalIgnoreCase)
    {
        [""] = 1,
        ["B"] = 1,
        ["kB"] = 1e3,
        ["MB"] = 1e6,
        ["GB"] = 1e9,
        ["TB"] = 1e12,
        ["KiB"] = 1L << 10,
        ["MiB"] = 1L << 20,
        ["GiB"] = 1L << 30,
        ["TiB"] = 1L << 40,
    };

    public static TimeSpan? Age(ArgumentResult result) => Read(result, Seconds, "an age", "30d") is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    public static long? Size(ArgumentResult result) => Read(result, Bytes, "a size", "20GB") is { } bytes ? (long)bytes : null;

    private static double? Read(ArgumentResult result, Dictionary<string, double> units, string what, string example)
    {
        var text = result.Tokens[0].Value;
        var number = text.TrimEnd([.. text.Where(char.IsAsciiLetter)]);
        if (double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            && units.TryGetValue(text[number.Length..].Trim(), out var unit) && value * unit < long.MaxValue / TimeSpan.TicksPerSecond)
            return value * unit;
        result.AddError($"'{text}' is not {what}: write a number and one of {string.Join(", ", units.Keys.Where(u => u.Length > 0))}, such as {example}.");
        return null;
    }
}
