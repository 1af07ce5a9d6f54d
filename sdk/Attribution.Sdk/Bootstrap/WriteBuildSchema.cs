using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Build.Framework;

/// <summary>
/// Writes what an editor shows of the SDK's properties and items, from the tables of its README: a <c>.buildschema.json</c> beside the targets, which the
/// MSBuild Editor reads. A package cannot bring an XSD, since Visual Studio reads only its own; other editors complete the names alone, from what is imported.
/// MSBuild compiles this file itself (RoslynCodeTaskFactory).
/// </summary>
public sealed class WriteBuildSchema : Microsoft.Build.Utilities.Task
{
    /// <summary>The page with the tables.</summary>
    [Required]
    public string Readme { get; set; }

    /// <summary>The file to write.</summary>
    [Required]
    public string Schema { get; set; }

    public override bool Execute()
    {
        var lines = File.ReadAllLines(Readme);
        var metadata = Table(lines, "metadata").ToDictionary(row => Name(row[0]), row => Text(row[2]));
        foreach (var name in Table(lines, "item").SelectMany(row => Names(row[1])).Distinct().Where(name => !metadata.ContainsKey(name)))
            Log.LogError(null, null, null, Readme, 0, 0, 0, 0, "The table of metadata has no row for `{0}`, which the table of items names.", name);
        if (Log.HasLoggedErrors)
            return false;
        var json = new StringBuilder("{\n  \"$schema\": \"https://raw.githubusercontent.com/mhutch/MonoDevelop.MSBuildEditor/main/MonoDevelop.MSBuild/Schemas/buildschema.json\",\n  \"properties\": {\n");
        json.Append(string.Join(",\n", Table(lines, "property").Select(row => "    " + Quoted(Name(row[0])) + ": { " + string.Join(", ", Property(row)) + " }")));
        json.Append("\n  },\n  \"items\": {\n");
        json.Append(string.Join(",\n", Table(lines, "item").Select(row => "    " + Quoted(Name(row[0])) + ": {\n      \"description\": " + Quoted(Text(row[2])) + ",\n      \"metadata\": {"
            + string.Concat(string.Join(",", Names(row[1]).Select(name => "\n        " + Quoted(name) + ": " + Quoted(metadata[name])))) + "\n      }\n    }")));
        json.Append("\n  }\n}\n");
        File.WriteAllText(Schema, json.ToString());
        return true;
    }

    private static IEnumerable<string> Property(string[] row)
    {
        yield return "\"description\": " + Quoted(Text(row[2]) + " Read by: " + Text(row[3]));
        var fixedDefault = Regex.Match(row[1], "^`([^`]*)`$");
        if (!fixedDefault.Success)
            yield break;
        yield return "\"defaultValue\": " + Quoted(fixedDefault.Groups[1].Value);
        if (fixedDefault.Groups[1].Value == "true" || fixedDefault.Groups[1].Value == "false")
            yield return "\"type\": \"bool\"";
    }

    // The rows of the table whose first column is headed so.
    private static IEnumerable<string[]> Table(string[] lines, string head)
    {
        return lines.SkipWhile(line => !line.StartsWith("| " + head + " |", StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith("|", StringComparison.Ordinal))
            .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray());
    }

    private static string Name(string cell)
    {
        return cell.Trim('`');
    }

    private static IEnumerable<string> Names(string cell)
    {
        return Regex.Matches(cell, "`([^`]+)`").Cast<Match>().Select(m => m.Groups[1].Value);
    }

    // A sentence, without links and what leads down the page.
    private static string Text(string cell)
    {
        var text = Regex.Replace(cell, @"\[([^\]]*)\]\([^)]*\)", "$1").Replace(", see below", "");
        return text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text.Substring(1) + (text.EndsWith(".", StringComparison.Ordinal) ? "" : ".");
    }

    private static string Quoted(string text)
    {
        return "\"" + text.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\"";
    }
}
