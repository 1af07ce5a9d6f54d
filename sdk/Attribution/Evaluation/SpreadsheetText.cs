using System.Text.RegularExpressions;

namespace Attribution.Evaluation;

/// <summary>
/// A text in a cell of CSV that no spreadsheet runs as a formula. If it begins with <c>= + - @</c>, a tab or a carriage return, an apostrophe marks it as text.
/// A text that begins like a marked one gets another, so that marking can be undone.
/// </summary>
internal static partial class SpreadsheetText
{
    /// <summary>Matches the beginning of a marked cell, in .NET and in DuckDB; its group is what stays.</summary>
    public const string MarkedStart = @"^'('*[=+@\t\r-])";

    /// <summary>The cell of a text.</summary>
    public static string? Mark(string? text) => text is not null && Runs().IsMatch(text) ? "'" + text : text;

    /// <summary>The text of a cell.</summary>
    public static string? Read(string? cell) => cell is null ? null : Marked().Replace(cell, "$1");

    [GeneratedRegex(@"^'*[=+@\t\r-]")]
    private static partial Regex Runs();

    [GeneratedRegex(MarkedStart)]
    private static partial Regex Marked();
}
