using System.Text.RegularExpressions;

namespace Attribution.Sdk.Terminal;

/// <summary>A bar for a text such as <c>412 of 780 blocks</c>.</summary>
internal static partial class ProgressBar
{
    private const int Width = 20;

    /// <summary>The bar and a space; empty if the text does not begin with such a count.</summary>
    public static string Of(string progress)
    {
        if (Fraction().Match(progress) is not { Success: true } match || !long.TryParse(match.Groups[1].ValueSpan, out var done)
            || !long.TryParse(match.Groups[2].ValueSpan, out var total) || total <= 0)
            return "";
        var full = (int)(Math.Clamp((double)done / total, 0, 1) * Width);
        return $"{new string('━', full)}{new string('─', Width - full)} ";
    }

    [GeneratedRegex(@"^(\d{1,15}) of (\d{1,15})\b")]
    private static partial Regex Fraction();
}
