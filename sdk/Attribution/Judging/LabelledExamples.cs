using System.Text.Json;
using Attribution.Data.Store;
using Attribution.Diagnostics;

namespace Attribution.Judging;

/// <summary>
/// Answers that people have scored: JSON objects with <c>question</c>, <c>answer</c>, <c>score</c>, the trait's references (<c>ground_truth</c>, or
/// <c>high_reference</c> and <c>low_reference</c>), and optionally <c>rationale</c>.
/// </summary>
internal static class LabelledExamples
{
    /// <summary>Reads a file of such answers, one per line.</summary>
    /// <param name="path">The file.</param>
    /// <param name="scale">The scale of the scores.</param>
    /// <param name="references">The references that each answer must have.</param>
    /// <exception cref="AttributionException">ATTR1653: the file is missing or empty, or a line is not such an answer.</exception>
    public static IReadOnlyList<JudgeExample> Read(string path, JudgeScale scale, params IReadOnlyList<JudgeReference> references)
    {
        string[] lines;
        FileIdentity.RequireFile(path);
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AttributionException(ErrorCodes.LabelledExamplesInvalid, $"The labelled examples '{path}' cannot be read: {e.Message}",
                e)
            { File = path };
        }
        var examples = new List<JudgeExample>();
        foreach (var (row, line) in lines.Index())
            if (!string.IsNullOrWhiteSpace(line))
                try
                {
                    using var document = JsonDocument.Parse(line);
                    examples.Add(Read(document.RootElement, scale, references));
                }
                catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
                {
                    throw new AttributionException(ErrorCodes.LabelledExamplesInvalid,
                        $"Row {row} of '{path}' is no labelled example: {e.Message.TrimEnd('.')}. Write {{\"question\": \"...\", \"answer\": "
                            + "\"...\", \"score\": 2}} per line.", e)
                    { File = path, Row = row };
                }
        return examples.Count > 0
            ? examples
            : throw new AttributionException(ErrorCodes.LabelledExamplesInvalid,
                $"'{path}' has no examples. Write {{\"question\": \"...\", \"answer\": \"...\", \"score\": 2}} per line.")
            { File = path };
    }

    /// <exception cref="FormatException">A property is missing or has the wrong form.</exception>
    internal static JudgeExample Read(JsonElement example, JudgeScale scale, IReadOnlyList<JudgeReference> references)
    {
        if (example.ValueKind != JsonValueKind.Object)
            throw new FormatException("it is no JSON object");
        if (!example.TryGetProperty("score", out var number) || number.ValueKind != JsonValueKind.Number || !number.TryGetInt32(out var score) || score < 0
            || score > scale.Max)
            throw new FormatException($"its 'score' is missing or not one of 0 to {scale.Max}");
        var request = new JudgeRequest(Text("question"), Text("answer"))
        {
            GroundTruth = Reference(JudgeReference.GroundTruth),
            HighReference = Reference(JudgeReference.HighReference),
            LowReference = Reference(JudgeReference.LowReference),
        };
        return new JudgeExample(request, score, example.TryGetProperty("rationale", out var why) && why.ValueKind == JsonValueKind.String
            ? why.GetString()! : "");

        string Text(string name) => example.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()! : throw new FormatException($"it has no text '{name}'");

        string? Reference(JudgeReference reference) => references.Contains(reference) ? Text(JudgePrompt.NameOf(reference)) : null;
    }
}
