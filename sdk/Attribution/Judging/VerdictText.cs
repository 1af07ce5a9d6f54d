using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Attribution.Judging.Chat;

namespace Attribution.Judging;

/// <summary>
/// A judging model's verdict: <c>{"rationale": "...", "score": 2}</c>. It is read tolerantly, because not every model keeps to a form: it may be surrounded by
/// reasoning, a code fence or a sentence, and the score may be a string.
/// </summary>
internal static partial class VerdictText
{
    // Otherwise, a reply of nothing but braces would take minutes to read.
    private const int MostTries = 200;

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonDocumentOptions Tolerant = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>The form in words.</summary>
    public static string Form(JudgeScale scale) => $$"""{"rationale": "...", "score": S} with S one of {{Scores(scale, ", ")}}""";

    /// <summary>The form as a schema.</summary>
    public static ReplySchema Schema(JudgeScale scale) => new("verdict",
        $$$"""{"type":"object","properties":{"rationale":{"type":"string"},"score":{"type":"integer","enum":[{{{Scores(scale, ",")}}}]}}"""
        + ""","required":["rationale","score"],"additionalProperties":false}""");

    private static string Scores(JudgeScale scale, string separator) => string.Join(separator, Enumerable.Range(0, scale.Max + 1));

    /// <summary>Writes a verdict in the expected form.</summary>
    public static string Write(int score, string rationale) => JsonSerializer.Serialize(new { rationale, score }, Readable);

    /// <summary>Reads a reply.</summary>
    /// <returns>The verdict; null if the reply has no score on the scale, or contradicts itself.</returns>
    public static Verdict? Read(string reply, JudgeScale scale)
    {
        var said = Reasoning().Replace(reply, "");
        var tries = MostTries;
        // The last object counts, because models reason before they decide.
        for (var start = said.LastIndexOf('{'); start >= 0 && tries > 0; start = start == 0 ? -1 : said.LastIndexOf('{', start - 1))
            if (TryReadObject(said, start, scale, ref tries, out var verdict, out var end))
                return verdict is null || Concluded(said[end..], scale) is { } other && other != verdict.Score ? null : verdict with { Raw = reply };
        return Concluded(said, scale) is { } score ? new Verdict(score, said.Trim(), reply) : null;
    }

    /// <summary>
    /// The score that prose ends with: a line with a label and a number, or a last sentence that states one score and compares no others. A sentence about what
    /// a score would need, or why another one does not fit, is not a verdict.
    /// </summary>
    private static int? Concluded(string said, JudgeScale scale)
    {
        var labelled = Label().Matches(said).Select(m => OnScale(m.Groups[1].Value, scale)).ToList();
        var last = Sentence().Matches(said).Select(m => m.Value).LastOrDefault(sentence => sentence.Any(char.IsLetterOrDigit)) ?? "";
        if (labelled.Count == 0 && NamedScore().Matches(last) is [var named]
            && Number().Count(last.Replace($"/{scale.Max}", "").Replace($"out of {scale.Max}", "")) == 1 && !Weighs().IsMatch(last))
            labelled.Add(OnScale(named.Groups[1].Value, scale));
        return labelled.Distinct().ToArray() is [var only] ? only : null;
    }

    // True if an object with a score begins here, even if the score is not on the scale.
    private static bool TryReadObject(string said, int start, JudgeScale scale, ref int tries, out Verdict? verdict, out int behind)
    {
        verdict = null;
        behind = start;
        for (var end = said.IndexOf('}', start); end >= 0 && tries-- > 0; end = said.IndexOf('}', end + 1))
            try
            {
                using var document = JsonDocument.Parse(said.AsMemory(start, end + 1 - start), Tolerant);
                JsonElement? score = null;
                var rationale = "";
                foreach (var member in document.RootElement.EnumerateObject())
                    if (member.Name.Equals("score", StringComparison.OrdinalIgnoreCase))
                        score = member.Value;
                    else if (member.Name.Equals("rationale", StringComparison.OrdinalIgnoreCase) && member.Value.ValueKind == JsonValueKind.String)
                        rationale = member.Value.GetString()!;
                if (score is not { } found)
                    return false;
                if (OnScale(found.ValueKind == JsonValueKind.String ? found.GetString()! : found.GetRawText(), scale) is { } value)
                    verdict = new Verdict(value, rationale);
                behind = end + 1;
                return true;
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                // A brace within a string, or not an object.
            }
        return false;
    }

    // 2, "2", 2.0 and "2/3" are 2; 2.5 is not a score.
    private static int? OnScale(string text, JudgeScale scale)
    {
        var number = text.Trim().Replace(" /", "/", StringComparison.Ordinal).Replace("/ ", "/", StringComparison.Ordinal);
        foreach (var of in new[] { $"/{scale.Max}", $"out of {scale.Max}" })
            if (number.EndsWith(of, StringComparison.Ordinal))
                number = number[..^of.Length].TrimEnd();
        return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value == Math.Floor(value) && value >= 0
            && value <= scale.Max ? (int)value : null;
    }

    [GeneratedRegex(@"<think(ing)?>.*?(</think(ing)?>|$)", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Reasoning();

    [GeneratedRegex(@"\b(?:score|rating)\b[""'*_`]*\s*(?:is|of|:|=)[\s""'*_`]*(\d+(?:\.\d+)?)", RegexOptions.IgnoreCase)]
    private static partial Regex NamedScore();

    // **Score:** 2, Final score = 2/3
    [GeneratedRegex(@"^[\W_]*(?:(?:my|the|final|overall|total)\s+)*(?:score|rating)[\W_]*[:=](?:[^\w−–-]|_)*"
        + @"(-?\d+(?:\.\d+)?(?:\s*(?:/|out of)\s*\d+)?)[\W_]*$",
        RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex Label();

    // A dot within a number ends no sentence.
    [GeneratedRegex(@"(?:[^.!?\n]|\.(?=\d))+[.!?]*")]
    private static partial Regex Sentence();

    [GeneratedRegex(@"\d+(?:\.\d+)?")]
    private static partial Regex Number();

    [GeneratedRegex(@"^\s*no,"
        + @"|\b(?:would|could|might|may|should|if|unless|need(?:s|ed)?|requires?d?|not|cannot|never|than|between|either|or|rather|almost|too)\b"
        + @"|n't\b", RegexOptions.IgnoreCase)]
    private static partial Regex Weighs();
}
