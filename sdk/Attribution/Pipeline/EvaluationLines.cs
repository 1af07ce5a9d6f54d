using System.Text.Json;
using System.Text.Json.Serialization;
using Attribution.Data.Store;
using Attribution.Evaluation;
using Attribution.Judging;

namespace Attribution.Pipeline;

/// <summary>The line of <c>eval_cross_entropy/metrics.jsonl</c>, see <see cref="CrossEntropy"/>.</summary>
internal sealed record CrossEntropyLine(double? EvalLossTreatment, double? EvalLossControl, double? EvalLossGap, int Skipped);

/// <summary>A line of <c>answers.jsonl</c>: an answer, and the fields of its prompt that the judge reads.</summary>
internal sealed record AnswerLine(
    int PromptIndex, int Repeat, string Prompt, string Answer, int TokenCount, bool Complete, string? GroundTruth, string? HighReference, string? LowReference)
{
    public static AnswerLine Of(Answer answer, IReadOnlyDictionary<string, JsonElement> metadata)
    {
        return new(answer.PromptIndex, answer.Repeat, answer.Prompt, answer.Text, answer.TokenCount, answer.Complete, Text("ground_truth"),
            Text("high_reference"), Text("low_reference"));

        string? Text(string name) => metadata.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    public JudgeRequest ToRequest() => new(Prompt, Answer) { GroundTruth = GroundTruth, HighReference = HighReference, LowReference = LowReference };

    public Answer ToAnswer() => new(PromptIndex, Repeat, Prompt, Answer, TokenCount, Complete);
}

/// <summary>A line of <c>eval_llm_judge/prompts.jsonl</c>: the mean judged score of the answers to one prompt.</summary>
/// <param name="PromptIndex">The 0-based position of the prompt.</param>
/// <param name="Prompt">A hash of the prompt's text and position, which identifies the prompt without revealing it.</param>
/// <param name="Judged">The number of answers with a score.</param>
/// <param name="Mean">The mean of these scores; null if there are none.</param>
internal sealed record PromptScoreLine(int PromptIndex, string Prompt, int Judged, double? Mean)
{
    public static IEnumerable<PromptScoreLine> Of(JudgedEvaluation judged) => judged.Rows.GroupBy(row => row.Answer.PromptIndex).OrderBy(prompt => prompt.Key)
        .Select(prompt =>
        {
            int[] scores = [.. prompt.Select(row => row.Verdict.Score).OfType<int>()];
            return new PromptScoreLine(prompt.Key, ContentHash.Of($"{prompt.First().Answer.Prompt}\n{prompt.Key}").ToString(), scores.Length,
                scores.Length == 0 ? null : scores.Average());
        });
}

/// <summary>The line of <c>eval_llm_judge/metrics.jsonl</c>.</summary>
/// <param name="Judge">The judge's name.</param>
/// <param name="Epoch">The number of passes over the selected rows in training; 0 for the base model.</param>
/// <param name="Step">The number of training steps.</param>
/// <param name="Judged">The number of answers with a score.</param>
/// <param name="Unjudged">The number of answers without a score.</param>
/// <param name="Mean">The mean score; null if there are none.</param>
/// <param name="Shares">The share of answers with each score.</param>
/// <param name="RepeatAgreement">See <see cref="JudgedEvaluation.RepeatAgreement"/>; null if no prompt has two scores.</param>
internal sealed record JudgedLine(string Judge, double Epoch, int Step, int Judged, int Unjudged, double? Mean, IReadOnlyList<double>? Shares,
    double? RepeatAgreement)
{
    /// <summary>The same values under the original pipeline's names, see <see cref="JudgedEvaluation.Metrics"/>; null if no answer has a score.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Metrics { get; init; }
}
