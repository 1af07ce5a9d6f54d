using System.Globalization;
using Attribution.Diagnostics;
using Attribution.Judging;
using CsvHelper;
using CsvHelper.Configuration;

namespace Attribution.Evaluation;

/// <summary>Answers with a judge's verdicts.</summary>
/// <param name="Scores">The numeric scores.</param>
/// <param name="Rows">Each answer, the judge's request and its verdict, in the answers' order.</param>
public sealed record JudgedEvaluation(JudgedScores Scores, IReadOnlyList<(Answer Answer, JudgeRequest Request, Verdict Verdict)> Rows)
{
    /// <summary>
    /// Among pairs of answers to the same prompt that both have a score, the share with equal scores; NaN if there is no such pair. It shows how much of a
    /// difference between two runs may come from sampling alone.
    /// </summary>
    public double RepeatAgreement
    {
        get
        {
            var (pairs, equal) = (0L, 0L);
            foreach (var prompt in Rows.GroupBy(r => r.Answer.PromptIndex))
            {
                int[] scores = [.. prompt.Select(r => r.Verdict.Score).OfType<int>()];
                pairs += (long)scores.Length * (scores.Length - 1) / 2;
                equal += scores.CountBy(s => s).Sum(c => (long)c.Value * (c.Value - 1) / 2);
            }
            return (double)equal / pairs;
        }
    }

    /// <summary>
    /// Judges every answer, as many at the same time as the judge allows. If one fails, no further answer is started, and those under way may finish.
    /// </summary>
    /// <param name="judge">The judge.</param>
    /// <param name="answers">The answers.</param>
    /// <param name="request">Creates the judge's request from an answer; by default from its prompt and text.</param>
    /// <param name="progress">Receives the number of judged answers.</param>
    /// <param name="cancellation">Checked between answers.</param>
    /// <exception cref="AttributionException">The judge failed. If an answer is at fault, the row is that of its prompt.</exception>
    public static async Task<JudgedEvaluation> RunAsync(
        IJudge judge, IReadOnlyList<Answer> answers, Func<Answer, JudgeRequest>? request = null, IProgress<int>? progress = null,
            CancellationToken cancellation = default)
    {
        var rows = new (Answer, JudgeRequest, Verdict)[answers.Count];
        var (next, done, stopped) = (-1, 0, false);
        await Task.WhenAll(Enumerable.Range(0, Math.Clamp(judge.Concurrency, 1, Math.Max(1, answers.Count))).Select(_ =>
            JudgeSomeAsync())).ConfigureAwait(false);
        return new JudgedEvaluation(JudgedScores.Of(judge.Scale, rows.Select(r => r.Item3)), rows);

        async Task JudgeSomeAsync()
        {
            for (int i; !Volatile.Read(ref stopped) && (i = Interlocked.Increment(ref next)) < answers.Count;)
                try
                {
                    cancellation.ThrowIfCancellationRequested();
                    var asked = request?.Invoke(answers[i]) ?? new JudgeRequest(answers[i].Prompt, answers[i].Text);
                    rows[i] = (answers[i], asked, await judge.JudgeAsync(asked, cancellation).ConfigureAwait(false));
                    progress?.Report(Interlocked.Increment(ref done));
                }
                catch (Exception e)
                {
                    Volatile.Write(ref stopped, true);
                    if (e is AttributionException { Code: ErrorCodes.JudgeReferenceMissing } missing)
                        throw new AttributionException(missing.Code, missing.Message, missing) { Row = answers[i].PromptIndex, Property = missing.Property };
                    throw;
                }
        }
    }

    /// <summary>The metrics under the original pipeline's names: <c>ft_{trait}_avg</c>, and <c>ft_{trait}_score_{s}_prop</c> for each score s.</summary>
    public IReadOnlyDictionary<string, double> Metrics()
    {
        var trait = Scores.Scale.Trait;
        var metrics = new Dictionary<string, double> { [$"ft_{trait}_avg"] = Scores.Mean };
        for (var score = 0; score <= Scores.Scale.Max; score++)
            metrics[$"ft_{trait}_score_{score}_prop"] = Scores.Share(score);
        return metrics;
    }

    /// <summary>
    /// Writes the verdicts as CSV (RFC 4180): prompt, answer, references, score, rationale, and the prompt's index. A cell that begins with <c>= + - @</c>, a
    /// tab or a carriage return, which spreadsheets would run as a formula, is prefixed by an apostrophe, which marks it as text.
    /// </summary>
    public void WriteCsv(string path)
    {
        using var writer = new StreamWriter(path) { NewLine = "\n" };
        using var csv = new CsvWriter(writer, new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            NewLine = "\n",
            // With "\n" between rows, CsvHelper does not quote a lone carriage return, which readers take for the end of a row.
            ShouldQuote = a => ConfigurationFunctions.ShouldQuote(a) || a.Field?.Contains('\r') == true,
        });
        foreach (var column in new[] { "prompt", "repeat", "answer", "ground_truth", "high_reference", "low_reference", "score", "rationale", "prompt_index" })
            csv.WriteField(column);
        csv.NextRecord();
        foreach (var (answer, request, verdict) in Rows)
        {
            csv.WriteField(SpreadsheetText.Mark(answer.Prompt));
            csv.WriteField(answer.Repeat);
            csv.WriteField(SpreadsheetText.Mark(answer.Text));
            csv.WriteField(SpreadsheetText.Mark(request.GroundTruth));
            csv.WriteField(SpreadsheetText.Mark(request.HighReference));
            csv.WriteField(SpreadsheetText.Mark(request.LowReference));
            csv.WriteField(verdict.Score);
            csv.WriteField(SpreadsheetText.Mark(verdict.Rationale));
            csv.WriteField(answer.PromptIndex);
            csv.NextRecord();
        }
    }
}
