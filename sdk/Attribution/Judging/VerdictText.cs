using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Attribution.Judging.Chat;

namespace Attribution.Judging;

/// <summary>
/// A judging model's verdict: <c>{"rationale": "...", "score": 2}</c>. Read tolerantly, for not every model keeps to a form: around it may stand reasoning, a code
/// fence or a sentence, and the score may be a text.
/// </summary>
internal static partial class VerdictText
{
    // A reply of nothing but braces would else be read for minutes.
    private const int MostTries = 200;

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonDocumentOptions Tolerant = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>The form in words.</summary>
    public static string Form(JudgeScale scale) => $$"""{"rationale": "...", "score": S} with S one of {{string.Join(", ", Enumerable.Range(0, scale.Max + 1))}}""";

    /// <summary>The form as a schema.</summary>
    public static ReplySchema Schema(JudgeScale scale) => new("verdict",
        $$$"""{"type":"object","properties":{"rationale":{"type":"string"},"score":{"type":"integer","enum":[{{{string.Join(',', Enumerable.Range(0, scale.Max + 1))}}}]}},"required":["rationale","score"],"additionalProperties":false}""");

    /// <summary>A verdict as it should be.</summary>
    public static string Write(int score, string rationale) => JsonSerializer.Serialize(new { rationale, score }, Readable);

    /// <summary>Reads a reply.</summary>
    /// <returns>The verdict; null if the reply has no score on the scale, or contradicts itself.</returns>
    public static Verdict? Read(string reply, JudgeScale scale)
    {
        var said = Reasoning().Replace(reply, "");
        var tries = MostTries;
        // The last object counts: models think aloud before they decide.
        for (var start = said.LastIndexOf('{'); start >= 0 && tries > 0; start = start == 0 ? -1 : said.LastIndexOf('{', start - 1))
            if (TryReadObject(said, start, scale, ref tries, out var verdict))
                return verdict is null ? null : verdict with { Raw = reply };
        var named = NamedScore().Matches(said).Select(m => m.Groups[1].Value).Distinct().ToArray();
        return named is [var only] && OnScale(only, scale) is { } score ? new Verdict(score, said.Trim(), reply) : null;
    }

    // True if an object with a score begins here, be the score one of the scale's or not.
    private static bool TryReadObject(string said, int start, JudgeScale scale, ref int tries, out Verdict? verdict)
    {
        verdict = null;
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
                return true;
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                // A brace within a string, or no object at all.
            }
        return false;
    }

    // 2, "2", 2.0 and "2/3" are 2; 2.5 is no score.
    private static int? OnScale(string text, JudgeScale scale)
    {
        var number = text.Trim();
        if (number.EndsWith($"/{scale.Max}", StringComparison.Ordinal))
            number = number[..^$"/{scale.Max}".Length];
        return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value == Math.Floor(value) && value >= 0 && value <= scale.Max ? (int)value : null;
    }

    [GeneratedRegex(@"<think(ing)?>.*?(</think(ing)?>|$)", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Reasoning();

    [GeneratedRegex(@"\b(?:score|rating)\b[""'*_`]*\s*(?:is|of|:|=)[\s""'*_`]*(\d+(?:\.\d+)?)", RegexOptions.IgnoreCase)]
    private static partial Regex NamedScore();
}
