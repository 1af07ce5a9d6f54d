using System.Globalization;
using Attribution.Diagnostics;
using Attribution.Judging;
using CsvHelper;
using CsvHelper.Configuration;

namespace Attribution.Evaluation;

/// <summary>Answers and what a judge said of each.</summary>
/// <param name="Scores">The verdicts in numbers.</param>
/// <param name="Rows">Each answer, the judge's request and its verdict, in the answers' order.</param>
public sealed record JudgedEvaluation(JudgedScores Scores, IReadOnlyList<(Answer Answer, JudgeRequest Request, Verdict Verdict)> Rows)
{
    /// <summary>
    /// The share of pairs of answers to one prompt that got the same score, among the pairs in which both got one; NaN without such a pair. It tells how much
    /// of a difference between two runs may come of the draw alone.
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

    /// <summary>Has every answer judged, as many at once as the judge likes. If one fails, no other is begun, and those under way may end.</summary>
    /// <param name="judge">Who judges.</param>
    /// <param name="answers">The answers.</param>
    /// <param name="request">What the judge is given of an answer; prompt and text unless said otherwise.</param>
    /// <param name="progress">Told how many answers are judged.</param>
    /// <param name="cancellation">Stops between answers.</param>
    /// <exception cref="AttributionException">The judge failed; its row is that of the answer's prompt where the answer is at fault.</exception>
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

    /// <summary>
    /// Writes the verdicts as CSV (RFC 4180): prompt, answer, references, score, rationale. A cell that begins with <c>= + - @</c>, a tab or a carriage return,
    /// which spreadsheets run as a formula, has an apostrophe before it, which they take for the sign of a text.
    /// </summary>
    public void WriteCsv(string path)
    {
        using var writer = new StreamWriter(path) { NewLine = "\n" };
        using var csv = new CsvWriter(writer, new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            NewLine = "\n",
            InjectionOptions = InjectionOptions.Escape,
            // With "\n" between rows CsvHelper lets a lone carriage return pass, where readers see the end of a row.
            ShouldQuote = a => ConfigurationFunctions.ShouldQuote(a) || a.Field?.Contains('\r') == true,
        });
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
