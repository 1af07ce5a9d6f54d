using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Attribution.Data.Store;
using Attribution.Diagnostics;

namespace Attribution.Judging;

/// <summary>
/// Reads a judging prompt's file: Markdown that begins with the lines <c>---</c>, <c>trait: NAME</c>, <c>scores: 0-MAX</c>, optionally <c>references:
/// ground_truth</c> (or <c>high_reference, low_reference</c>), <c>---</c>; then the instructions; and at the end a heading <c>## Examples</c> with fenced
/// <c>json</c> blocks, one object each: <c>question</c>, <c>answer</c>, the references, <c>score</c> and <c>rationale</c>.
/// </summary>
internal static partial class JudgePromptReader
{
    private const string ExamplesHeading = "## Examples";
    private const int HighestMax = 10;

    public static JudgePrompt Read(string path)
    {
        string text;
        FileIdentity.RequireFile(path);
        try
        {
            text = File.ReadAllText(path).ReplaceLineEndings("\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Invalid(path, null, $"it cannot be read: {e.Message}");
        }
        if (Header().Match(text) is not { Success: true } header)
            throw Invalid(path, null, "it does not begin with a line ---, lines such as `trait: empathy` and `scores: 0-3`, and a line ---");
        var settings = ReadSettings(path, header.Groups[1].Value);
        var scale = new JudgeScale(Required(path, settings, "trait"), ReadMax(path, Required(path, settings, "scores")));
        var references = ReadReferences(path, settings.GetValueOrDefault("references", "none"));

        var body = text[header.Length..];
        var at = Heading().Match(body) is { Success: true } heading ? heading.Index : body.Length;
        var instructions = body[..at].Trim();
        if (instructions.Length == 0)
            throw Invalid(path, null, "it has no instructions");
        var blocks = Block().Matches(body[at..]);
        if (at < body.Length && (blocks.Count == 0 || Fence().Count(body[at..]) != 2 * blocks.Count))
            throw Invalid(path, null, $"below {ExamplesHeading} something is no example; write each between a line ```json and a line ```");
        return new JudgePrompt(scale, references, instructions,
            [.. blocks.Select((m, i) => ReadExample(path, i, m.Groups[1].Value, scale, references))]);
    }

    private static Dictionary<string, string> ReadSettings(string path, string lines)
    {
        var settings = new Dictionary<string, string>();
        foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (line.Split(':', 2, StringSplitOptions.TrimEntries) is not [var name, var value] || name is not ("trait" or "scores" or "references")
                || !settings.TryAdd(name, value))
                throw Invalid(path, null, $"its line '{line}' is none of `trait: NAME`, `scores: 0-3`, `references: ground_truth`, each once");
        }
        return settings;
    }

    private static string Required(string path, Dictionary<string, string> settings, string name) =>
        settings.TryGetValue(name, out var value) && value.Length > 0
            ? value : throw Invalid(path, name, $"it has no line `{name}: ...` between the lines ---");

    private static int ReadMax(string path, string scores) =>
        scores.StartsWith("0-", StringComparison.Ordinal) && int.TryParse(scores[2..], NumberStyles.None, CultureInfo.InvariantCulture, out var max)
            && max is > 0 and <= HighestMax
            ? max
            : throw Invalid(path, "scores", $"its scores are '{scores}'; write 0-3, or another highest score from 1 to {HighestMax}");

    private static JudgeReference[] ReadReferences(string path, string text)
    {
        if (text is "none" or "")
            return [];
        var known = Enum.GetValues<JudgeReference>().ToDictionary(JudgePrompt.NameOf);
        return [.. text.Split(',', StringSplitOptions.TrimEntries).Select(name => known.TryGetValue(name, out var reference)
            ? reference
            : throw Invalid(path, "references", $"it compares with '{name}'; known are {string.Join(", ", known.Keys)}, or none"))];
    }

    private static JudgeExample ReadExample(string path, int index, string json, JudgeScale scale, JudgeReference[] references)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return LabelledExamples.Read(document.RootElement, scale, references);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw Invalid(path, null, $"its example {index + 1} cannot be used: {e.Message.TrimEnd('.')}");
        }
    }

    private static AttributionException Invalid(string path, string? property, string why) =>
        new(ErrorCodes.JudgePromptInvalid, $"The judging prompt '{path}' cannot be used: {why}. `attribution judge prompt --trait "
            + "empathy` prints one that can.")
        { File = path, Property = property };

    [GeneratedRegex(@"\A---\n(.*?)\n---\n", RegexOptions.Singleline)]
    private static partial Regex Header();

    // The last one, because the instructions may have such a heading too.
    [GeneratedRegex(@"^## Examples[ \t]*$", RegexOptions.Multiline | RegexOptions.RightToLeft)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^```[ \t]*(?:json)?[ \t]*\n(.*?)^```[ \t]*$", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Block();

    [GeneratedRegex("^```", RegexOptions.Multiline)]
    private static partial Regex Fence();
}
