using System.Text.Json;
using System.Text.Json.Serialization;
using Attribution.Data.Store;
using Attribution.Evaluation;
using Attribution.Judging;

namespace Attribution.Pipeline;

/// <summary>The line of <c>eval_cross_entropy/metrics.jsonl</c>, see <see cref="CrossEntropy"/>.</summary>
internal sealed record CrossEntropyLine(double? EvalLossTreatment, double? EvalLossControl, double? EvalLossGap, int Skipped);

/// <summary>A line of <c>answers.jsonl</c>: an answer, and what its prompt brought along for the judge.</summary>
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

/// <summary>A line of <c>eval_llm_judge/prompts.jsonl</c>: how the answers to a prompt were judged.</summary>
/// <param name="PromptIndex">The prompt's place among the prompts.</param>
/// <param name="Prompt">The hash of its text and place, which tells it from others and says nothing of it.</param>
/// <param name="Judged">How many answers got a score.</param>
/// <param name="Mean">Their mean score; null if none got one.</param>
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
/// <param name="Judge">Who judged.</param>
/// <param name="Epoch">How many passes over the selected rows the model was trained for; 0 for the base model.</param>
/// <param name="Step">How many steps.</param>
/// <param name="Judged">How many answers got a score.</param>
/// <param name="Unjudged">How many got none.</param>
/// <param name="Mean">The mean score; null if no answer got one.</param>
/// <param name="Shares">The share of each score.</param>
/// <param name="RepeatAgreement">See <see cref="JudgedEvaluation.RepeatAgreement"/>; null where no prompt has two scores.</param>
internal sealed record JudgedLine(string Judge, double Epoch, int Step, int Judged, int Unjudged, double? Mean, IReadOnlyList<double>? Shares,
    double? RepeatAgreement)
{
    /// <summary>By the names of the original pipeline, see <see cref="JudgedEvaluation.Metrics"/>; null if no answer got a score.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Metrics { get; init; }
}
