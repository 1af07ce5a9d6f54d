using System.Globalization;
using Attribution.Evaluation;
using Attribution.Pipeline;
using Attribution.Pipeline.Results;
using CsvHelper;
using CsvHelper.Configuration;

namespace Attribution.Reporting.Reading;

/// <summary>Reads answers and their verdicts.</summary>
internal sealed class AnswerReader(StageContext context)
{
    /// <summary>The evaluation sets, with the base model's answers.</summary>
    public IReadOnlyList<EvaluationSet> Evaluations(StageRequests requests)
    {
        if (!context.Settings.Upstream.Contains(ImportDatasetsStage.Name))
            return [];
        var imported = context.Upstream(ImportDatasetsStage.Name);
        return [.. requests.Items(ImportDatasetsStage.Name, "eval").Select(eval =>
        {
            var name = (string)eval["name"]!;
            var rows = imported.Find(ImportDatasetsStage.KeyOf(name, "eval")) is { } dataset
                ? DatasetFacts.Read(context.Input(dataset, ImportDatasetsStage.FactsFile).Path).Rows : 0;
            // The first seed, as for every run.
            var key = FirstOf(name);
            var scores = ScoresOf(key);
            return new EvaluationSet(name, (string?)eval["trait"], rows, Prompts(key), Answers(key))
            {
                Judge = scores?.Judge,
                HighestScore = scores?.Shares is { Count: > 1 } shares ? shares.Count - 1 : null,
                AnswersFile = $"{key.RunFolder}/selected_data/{EvaluateStage.AnswersFile}",
            };
        })];
    }

    /// <summary>The answers of a run's model, or of the base model, with their scores.</summary>
    public IReadOnlyList<ReportedAnswer> Answers(JobKey run)
    {
        var lines = Lines(run);
        var verdicts = Verdicts(run);
        // The judge's file has a line for each answer, in the same order.
        return [.. lines.Select((line, i) => verdicts.Count == lines.Count
            ? new ReportedAnswer(line.PromptIndex, line.Repeat, line.Answer, verdicts[i].Score, verdicts[i].Rationale)
            : new ReportedAnswer(line.PromptIndex, line.Repeat, line.Answer))];
    }

    /// <summary>The mean score of each repeat that has a score.</summary>
    public static IReadOnlyList<double> RepeatMeans(IReadOnlyList<ReportedAnswer> answers) =>
        [.. answers.Where(a => a.Score is not null).GroupBy(a => a.Repeat).OrderBy(g => g.Key).Select(g => g.Average(a => a.Score!.Value))];

    private JobKey FirstOf(string eval) => context.Settings.Upstream.Contains(EvaluateStage.Name)
        ? context.Upstream(EvaluateStage.Name).Jobs.FirstOrDefault(job => job.Key.Attribution is null && job.Key.Eval == eval)?.Key.Run
            ?? new JobKey { Eval = eval }
        : new JobKey { Eval = eval };

    private string[] Prompts(JobKey key) => [.. Lines(key).GroupBy(l => l.PromptIndex).OrderBy(g => g.Key).Select(g => g.First().Prompt)];

    private IReadOnlyList<AnswerLine> Lines(JobKey run) =>
        context.Settings.Upstream.Contains(EvaluateStage.Name)
            && context.Upstream(EvaluateStage.Name).Find(run with { Part = EvaluateStage.AnswersPart }) is { } job
            ? [.. Readable.ReadLines<AnswerLine>(context.Input(job, EvaluateStage.AnswersFile).Path)]
            : [];

    private JudgedLine? ScoresOf(JobKey run) => Judged(run) is { } job
        ? Readable.ReadLines<JudgedLine>(context.Input(job, JudgeStage.MetricsFile).Path).First() : null;

    private JobResult? Judged(JobKey run) => context.Settings.Upstream.Contains(JudgeStage.Name) ? context.Upstream(JudgeStage.Name).Find(run.Run) : null;

    private List<(int? Score, string? Rationale)> Verdicts(JobKey run)
    {
        var verdicts = new List<(int?, string?)>();
        if (Judged(run) is not { } job || job.Outputs.FirstOrDefault(o => o.Name.EndsWith(".csv", StringComparison.Ordinal)) is not { } file)
            return verdicts;
        using var csv = new CsvReader(new StreamReader(context.Input(job, file.Name).Path),
            new CsvConfiguration(CultureInfo.InvariantCulture) { NewLine = "\n" });
        csv.Read();
        csv.ReadHeader();
        while (csv.Read())
            verdicts.Add((int.TryParse(csv.GetField("score"), CultureInfo.InvariantCulture, out var score) ? score : null,
                SpreadsheetText.Read(csv.GetField("rationale")) is { Length: > 0 } why ? why : null));
        return verdicts;
    }
}
