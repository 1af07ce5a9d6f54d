using System.Text.Json;
using Attribution.Tokenization;

namespace Attribution.Reporting;

/// <summary>The limits of what a report shows of rows and answers. The files that it names have the rest.</summary>
/// <param name="Rows">The number of rows from the top and from the bottom of each run.</param>
/// <param name="RowCharacters">The number of characters of a training row.</param>
/// <param name="Prompts">The number of held-out prompts of an evaluation set.</param>
/// <param name="AnswerCharacters">The number of characters of an answer, and of a prompt.</param>
/// <param name="Examples">The number of answers of each dataset that are shown in full with their context.</param>
/// <param name="Losses">The number of points in a training curve.</param>
internal sealed record ReportLimits(int Rows, int RowCharacters, int Prompts, int AnswerCharacters, int Examples, int Losses)
{
    /// <summary>The widest limits.</summary>
    public static ReportLimits Widest { get; } = new(50, 4000, 200, 2000, 8, 200);

    /// <summary>The limits from the widest on, each narrower than the one before.</summary>
    public static IReadOnlyList<ReportLimits> Ladder { get; } =
    [
        Widest, new(50, 2000, 100, 1000, 5, 200), new(50, 1000, 100, 600, 4, 120), new(50, 600, 60, 400, 3, 100), new(50, 300, 40, 300, 2, 80),
            new(25, 300, 24, 300, 2, 60), new(15, 200, 12, 200, 1, 40), new(8, 160, 6, 160, 1, 25), new(3, 100, 2, 100, 0, 12),
    ];

    /// <summary>The report cut to these limits.</summary>
    public ExperimentReport Apply(ExperimentReport report)
    {
        var runs = report.Runs.Select(Thin).Select(run => run with
        {
            Top = [.. run.Top.Take(Rows)],
            Bottom = [.. run.Bottom.Take(Rows)],
            Answers = Cut(run.Answers)
        }).ToArray();
        var shown = runs.Where(run => run.Train is not null).GroupBy(run => run.Train!).ToDictionary(g => g.Key, g =>
            g.SelectMany(run => run.Top.Concat(run.Bottom)).Select(row => row.Row).ToHashSet());
        return report with
        {
            Limits = this,
            Runs = runs,
            Evaluations = [.. report.Evaluations.Select(e => e with
            {
                Prompts = [.. e.Prompts.Take(Prompts).Select(p => Cut(p, AnswerCharacters).Text)],
                PromptsLeftOut = e.Prompts.Count > Prompts ? e.Prompts.Count - Prompts : null,
                Answers = Cut(e.Answers),
            })],
            Context = report.Context is { } context ? context with
            {
                Examples = [.. context.Examples.GroupBy(e => e.Dataset).SelectMany(g =>
                g.Take(Examples))]
            } : null,
            Rows = report.Rows.ToDictionary(
                train => train.Key,
                IReadOnlyDictionary<long, ReportedRow> (train) =>
                    train.Value.Where(row => shown.GetValueOrDefault(train.Key)?.Contains(row.Key) == true).ToDictionary(row => row.Key, row =>
                    Cut(row.Value))),
        };
    }

    // Keeps every n-th step of all curves of a run, and the last.
    private ReportedRun Thin(ReportedRun run)
    {
        var longest = run.Seeds.Select(seed => seed.Loss.Count).Append(run.Loss.Count).Max();
        var stride = (longest + Losses - 3) / (Losses - 1);
        return stride <= 1 ? run : run with
        {
            Loss = Every(run.Loss),
            LossStride = run.LossStride * stride,
            Steps = run.Steps,
            Seeds = [.. run.Seeds.Select(seed => seed with { Loss = Every(seed.Loss), Steps = seed.Steps })]
        };

        double[] Every(IReadOnlyList<double> losses) => [.. losses.Where((_, i) => i % stride == 0 || i == losses.Count - 1)];
    }

    private IReadOnlyList<ReportedAnswer> Cut(IReadOnlyList<ReportedAnswer> answers) => [.. answers.Where(a => a.Prompt < Prompts).Select(answer =>
    {
        var (text, leftOut) = Cut(answer.Text, AnswerCharacters);
        return answer with { Text = text, LeftOut = leftOut, Rationale = answer.Rationale is { } rationale ? Cut(rationale, AnswerCharacters).Text : null };
    })];

    // Each message gets the same share; what short messages leave over goes to the others.
    private ReportedRow Cut(ReportedRow row)
    {
        var (left, messages, leftOut) = (RowCharacters, row.Messages.ToArray(), new int[row.Messages.Count]);
        foreach (var (done, at) in Enumerable.Range(0, messages.Length).OrderBy(i => LengthOf(messages[i])).ThenBy(i => i).Index())
        {
            var share = Math.Max(0, left / (messages.Length - done));
            var (text, more) = Cut(messages[at].Content, share);
            left -= text.Length;
            leftOut[at] = more ?? 0;
            messages[at] = messages[at] with { Content = text, Fields = Cut(messages[at].Fields, share - text.Length, ref left, ref leftOut[at]) };
        }
        return row with { Messages = messages, LeftOut = leftOut.Any(count => count > 0) ? leftOut : null };
    }

    // A field that does not fit is shown as the beginning of its text.
    private static Dictionary<string, JsonElement>? Cut(IReadOnlyDictionary<string, JsonElement>? fields, int share, ref int left, ref int leftOut)
    {
        if (fields is null)
            return null;
        var cut = new Dictionary<string, JsonElement>();
        foreach (var (name, value) in fields)
        {
            var raw = value.GetRawText();
            var (text, more) = Cut(raw, Math.Max(0, share - name.Length));
            cut.Add(name, more is null ? value : JsonSerializer.SerializeToElement(text));
            (share, left, leftOut) = (share - name.Length - text.Length, left - name.Length - text.Length, leftOut + (more ?? 0));
        }
        return cut;
    }

    private static int LengthOf(ChatMessage message) =>
        message.Content.Length + (message.Fields?.Sum(field => field.Key.Length + field.Value.GetRawText().Length) ?? 0);

    private static (string Text, int? LeftOut) Cut(string text, int most)
    {
        if (text.Length <= most)
            return (text, null);
        // Does not cut between the two halves of a surrogate pair.
        var end = most > 0 && char.IsHighSurrogate(text[most - 1]) ? most - 1 : most;
        return (text[..end] + "…", text.Length - end);
    }
}
