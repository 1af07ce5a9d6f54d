using System.Text.Json;
using Attribution.Pipeline.Snapshots;
using Attribution.Reporting.ContextAttribution;
using Attribution.Tokenization;

namespace Attribution.Reporting.Tests;

/// <summary>
/// A report of an experiment that never ran: two evaluation sets, four pairs of methods, baselines that draw and that score rows, and texts that would like to
/// be markup.
/// </summary>
internal static class SampleReport
{
    public const string Hostile = "</script><script>window.pwned = 1</script><img src=x onerror=\"window.pwned = 2\"><!-- ' \" & \u202Egnorts\u202C "
        + "\u2028 \0 {{x}} ${window.pwned = 3}";

    public const int Rows = 60;

    // What a dataset's messages may hold beside their text.
    private static readonly Dictionary<string, JsonElement> Called =
        new() { ["tool_calls"] = JsonSerializer.SerializeToElement(new[] { new { name = Hostile } }) };

    private static readonly string[] Methods = ["residual_diff", "residual_change_treatment"];

    /// <summary>The report.</summary>
    /// <param name="text">What row i says.</param>
    /// <param name="rows">How many training rows there are.</param>
    public static ExperimentReport Create(Func<int, string>? text = null, int rows = Rows)
    {
        text ??= i => i == 0 ? Hostile : $"Answer number {i}.";
        string[] evals = ["sycophancy", "empathy"];
        var runs = new List<ReportedRun>();
        foreach (var (set, eval) in evals.Index())
        {
            var first = runs.Count;
            foreach (var (m, pair) in Methods.SelectMany(_ => Methods, (a, s) => (a, s)).Index())
                runs.Add(new($"pool/{pair.a}/{eval}.{pair.s}.layer2", "pool", eval, pair.a, pair.s, Metrics(0.2 * m + 0.1 * set))
                {
                    Layer = 2,
                    TopK = 10,
                    PlantedShare = 0.1,
                    RepeatMeans = [0.2 * m, 0.2 * m + 0.3],
                    Scores = new(-0.5, 0.5, [.. Enumerable.Range(0, 40).Select(i => i)], [.. Enumerable.Range(0, 40).Select(i => i / 8)], 0.3, 0),
                    Others = [.. Enumerable.Range(first, 4).Where(r => r != first + m)],
                    Top = [.. Enumerable.Range(0, rows / 2).Select(i => new RankedRow((i * 7 + m) % rows, i + 1, 0.5f - i * 0.01f, [i + 2, null, i + 30]))],
                    Bottom = [.. Enumerable.Range(0, rows / 2).Select(i =>
                        new RankedRow((i * 7 + m + 1) % rows, rows - i, -0.5f + i * 0.01f, [i + 2, i + 9, i + 30]))],
                    Loss = [2, 1.5, 1.2, 1.1],
                    Answers = Answers(text, after: true),
                });
            runs.Add(new($"pool/random/{eval}", "pool", eval, ReportedRun.RandomName, null, Metrics(0.05))
            {
                TopK = 10,
                PlantedShare = 0.1,
                RepeatMeans = [0, 0.1],
                Others = [.. Enumerable.Range(first, 4)],
                Top = [new(3, 1, null, [4, 5, 6, 7])],
                Answers = Answers(text, after: true)
            });
            runs.Add(new($"none/{eval}", null, eval, ReportedRun.NoneName, null, Metrics(0)) { RepeatMeans = [0, 0] });
        }
        // A baseline that scores rows; one set has it, and its runs come last.
        runs.Add(runs[6] with
        {
            Name = "pool/bm25/empathy",
            Attribution = "bm25",
            Selection = null,
            Layer = null,
            Metrics = Metrics(0.15),
            // As small as those of less.
            Scores = runs[6].Scores! with { Lowest = -0.0008, Highest = 0.0008, Cut = 0.00061 },
            Top = [.. runs[6].Top.Select(row => row with { Score = row.Score * 0.0016f })],
            Loss = [.. Enumerable.Range(1, 1000).Select(step => 2 - step / 1000.0)]
        });
        return new ExperimentReport
        {
            Experiment = new("sample <b>", "dotnet build experiments/sample", [new("Model", "tiny"), new("Evaluation sets", evals)]),
            Snapshot = new(SnapshotVerdict.Equal, 80, []) { File = "snapshots/metrics.verified.json" },
            Evaluations = [.. evals.Select(e => new EvaluationSet(e, e, 64, [Hostile, "What is the capital of France?"],
                Answers(text, after: false)) { Judge = "rules", HighestScore = 3, AnswersFile = $"base_model/{e}/selected_data/answers.jsonl" })],
            Runs = runs,
            Rows = new Dictionary<string, IReadOnlyDictionary<long, ReportedRow>>
            {
                ["pool"] = Enumerable.Range(0, rows).ToDictionary(i => (long)i, i =>
                    new ReportedRow([new ChatMessage("user", $"Question number {i}?"), new("assistant", text(i)) { Fields = i == 0 ? Called : null }],
                        i % 3 == 0 ? evals[i % 2] : "neutral")),
            },
            Agreement = [.. evals.Select((e, set) => new MethodAgreement("pool", e, [.. Enumerable.Range(set * 6, 5)],
                [.. Enumerable.Range(0, 5).Select(i => Enumerable.Range(0, 5).Select(j => i == j ? 1 : 0.1 * (i + j)).ToArray())],
                [.. Enumerable.Range(0, 5).Select(i => Enumerable.Range(0, 5).Select(double? (j) => i == 4 || j == 4 ? null : i == j ? 1 : -0.2
                    + 0.1 * (i + j)).ToArray())]))],
            Stages = [new("ImportDatasets", [], 5, 90_000), new("ComputeAttribution", ["ImportDatasets"], 4, 1_200_000),
                new("SelectTrainingData", ["ImportDatasets", "ComputeAttribution"], 10, 400_000), new("Report", ["SelectTrainingData"], 0, 0)],
            Provenance = new([new("data/pool.jsonl", new string('a', 64), 1234, ["ImportDatasets"])], new Dictionary<string,
                string>
            { ["libtorch"] = "2.9.0" }, ["cpu"], [new string('b', 64)]),
            Build = new(new DateTime(2026, 11, 22, 8, 0, 0, DateTimeKind.Utc), new Dictionary<string, StageTiming>
            {
                ["ImportDatasets"] = new(true, null, 0.5, 5, 5, 0, 0),
                ["ComputeAttribution"] = new(true, null, 80, 4, 0, 12, 3),
                ["SelectTrainingData"] = new(false, null, 4, 10, 10, 0, 0),
            }),
        };
    }

    /// <summary>A report of context attribution: an answer of two sentences to a context of three, the first of which would like to be markup.</summary>
    public static ExperimentReport CreateInContext()
    {
        string[] sources = [Hostile.Replace('\n', ' '), "Ice is cold.", "Mud is wet."];
        var context = string.Join(' ', sources);
        var spans = sources.Select(s => (0, new TextSpan(context.IndexOf(s, StringComparison.Ordinal), context.IndexOf(s, StringComparison.Ordinal)
            + s.Length))).ToArray();
        AttributedAnswer answer(float sign) => new("What is cold?", [context], spans, "Ice is. Mud is not.",
            [new(new TextSpan(0, 7), [0.1f * sign, 0.9f * sign, 0]), new(new TextSpan(8, 19), [0, 0.2f * sign, 0.7f * sign])]);
        return Create() with
        {
            Runs = [],
            Evaluations = [],
            Agreement = [],
            Rows = new Dictionary<string, IReadOnlyDictionary<long, ReportedRow>>(),
            Context = new([new("facts", "at2", new Dictionary<string, double?> { ["lds"] = 0.6, ["forward_passes"] = 1 }),
                new("facts", "leave_one_out", new Dictionary<string, double?> { ["lds"] = 0.4, ["forward_passes"] = 4 })], new Dictionary<string,
                int>
                { ["facts"] = 12 })
            {
                Examples = [new("facts", 3, new Dictionary<string, AttributedAnswer> { ["at2"] = answer(1), ["leave_one_out"] = answer(-1) })],
            },
        };
    }

    private static ReportedAnswer[] Answers(Func<int, string> text, bool after) =>
        [.. Enumerable.Range(0, 4).Select(i => new ReportedAnswer(i / 2, i % 2, after ? text(i) : "The capital is Paris.", after ? i : 0,
            after ? Hostile : null))];

    private static Dictionary<string, double?> Metrics(double value) => new()
    {
        ["precision_at_k"] = value,
        ["eval_loss_gap"] = -0.3 + value,
        ["eval_loss_gap_before"] = -0.3,
        ["judged_mean"] = 2 * value,
        ["judged_mean_before"] = 0,
    };
}
