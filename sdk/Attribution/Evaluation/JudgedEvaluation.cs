using System.Globalization;
using Attribution.Judging;

namespace Attribution.Evaluation;

/// <summary>Answers and what a judge said of each.</summary>
/// <param name="Scores">The verdicts in numbers.</param>
/// <param name="Rows">Each answer, the judge's request and its verdict, in the answers' order.</param>
public sealed record JudgedEvaluation(JudgedScores Scores, IReadOnlyList<(Answer Answer, JudgeRequest Request, Verdict Verdict)> Rows)
{
    /// <summary>Has every answer judged.</summary>
    /// <param name="judge">Who judges.</param>
    /// <param name="answers">The answers.</param>
    /// <param name="request">What the judge is given of an answer; prompt and text unless said otherwise.</param>
    /// <param name="cancellation">Stops between answers.</param>
    public static async Task<JudgedEvaluation> RunAsync(
        IJudge judge, IReadOnlyList<Answer> answers, Func<Answer, JudgeRequest>? request = null, CancellationToken cancellation = default)
    {
        var rows = new List<(Answer, JudgeRequest, Verdict)>(answers.Count);
        foreach (var answer in answers)
        {
            var asked = request?.Invoke(answer) ?? new JudgeRequest(answer.Prompt, answer.Text);
            rows.Add((answer, asked, await judge.JudgeAsync(asked, cancellation)));
        }
        return new JudgedEvaluation(JudgedScores.Of(judge.Scale, rows.Select(r => r.Item3)), rows);
    }

    /// <summary>
    /// The metrics by the names of the original pipeline: <c>ft_{trait}_avg</c>, and <c>ft_{trait}_score_{s}_prop</c> for each score s.
    /// </summary>
    public IReadOnlyDictionary<string, double> Metrics()
    {
        var trait = Scores.Scale.Trait;
        var metrics = new Dictionary<string, double> { [$"ft_{trait}_avg"] = Scores.Mean };
        for (var score = 0; score <= Scores.Scale.Max; score++)
            metrics[$"ft_{trait}_score_{score}_prop"] = Scores.Share(score);
        return metrics;
    }

    /// <summary>Writes the verdicts as CSV (RFC 4180): prompt, answer, references, score, rationale.</summary>
    public void WriteCsv(string path)
    {
        using var writer = new StreamWriter(path) { NewLine = "\n" };
        using var csv = new CsvHelper.CsvWriter(writer, new CsvHelper.Configuration.CsvConfiguration(CultureInfo.InvariantCulture) { NewLine = "\n" });
        foreach (var column in new[] { "prompt", "repeat", "answer", "ground_truth", "high_reference", "low_reference", "score", "rationale" })
            csv.WriteField(column);
        csv.NextRecord();
        foreach (var (answer, request, verdict) in Rows)
        {
            csv.WriteField(answer.Prompt);
            csv.WriteField(answer.Repeat);
            csv.WriteField(answer.Text);
            csv.WriteField(request.GroundTruth);
            csv.WriteField(request.HighReference);
            csv.WriteField(request.LowReference);
            csv.WriteField(verdict.Score);
            csv.WriteField(verdict.Rationale);
            csv.NextRecord();
        }
    }
}
