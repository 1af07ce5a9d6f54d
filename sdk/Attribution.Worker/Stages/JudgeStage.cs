using Attribution.Data.Store;
using Attribution.Evaluation;
using Attribution.Judging;
using Attribution.Worker.Stages.Plugins;
using Attribution.Worker.Stages.Requests;
using Attribution.Worker.Stages.Results;

namespace Attribution.Worker.Stages;

/// <summary>Has the answers of the base model and of each run judged.</summary>
internal sealed class JudgeStage(StageContext context) : Stage(context)
{
    public const string Name = "Judge";

    /// <summary>The scores in numbers, <see cref="JudgedLine"/>.</summary>
    public const string MetricsFile = "metrics.jsonl";

    private const string StoreStage = "judgements";

    public override string Noun => "judgement";

    public override IReadOnlyList<StageJob> Plan()
    {
        var judges = Context.Settings<JudgeSettings>().Eval.ToDictionary(e => e.Name, e => Judges.Of(e.Judge, e.Trait, () => Context.Plugins));
        return [.. Context.Upstream(EvaluateStage.Name).Jobs
            .Where(job => job.Key.Part == EvaluateStage.AnswersPart && judges.ContainsKey(job.Key.Eval!))
            .Select(job => Job(job, judges[job.Key.Eval!]))];
    }

    public override IEnumerable<ShownFile> Show(StageJob job, Artifact artifact) =>
        artifact.Outputs.Select(o => Copy(artifact, o.Name, $"{job.Key.RunFolder}/selected_data/eval_llm_judge/{o.Name}"));

    private StageJob Job(JobResult answered, IJudge judge)
    {
        var answers = Context.Input(answered, EvaluateStage.AnswersFile);
        var request = Context.Resolve(StoreStage, new { answers, judge = judge.Name, judge.Identity, trait = judge.Scale.Trait, scale = judge.Scale.Max }, PluginOf(judge));
        return new StageJob(answered.Key.Run, request, (builder, cancellation) =>
        {
            var lines = Readable.ReadLines<AnswerLine>(answers.Path).ToArray();
            var references = lines.ToDictionary(l => (l.PromptIndex, l.Repeat));
            var judged = JudgedEvaluation.RunAsync(judge, [.. lines.Select(l => l.ToAnswer())], answer =>
            {
                var line = references[(answer.PromptIndex, answer.Repeat)];
                return new JudgeRequest(answer.Prompt, answer.Text) { GroundTruth = line.GroundTruth, HighReference = line.HighReference, LowReference = line.LowReference };
            }, cancellation).GetAwaiter().GetResult();
            judged.WriteCsv(builder.PathOf($"judge_{string.Concat(judge.Name.Select(c => char.IsLetterOrDigit(c) || c is '-' or '.' or '_' ? c : '_'))}.csv"));
            var scores = judged.Scores;
            var any = scores.Judged > 0;
            Readable.WriteLines(builder.PathOf(MetricsFile),
            [
                new JudgedLine(judge.Name, scores.Judged, scores.Unjudged, any ? scores.Mean : null,
                    any ? [.. Enumerable.Range(0, scores.Scale.Max + 1).Select(scores.Share)] : null, any ? judged.Metrics() : new Dictionary<string, double>()),
            ]);
        });
    }

    // The built-in judges come with the library, whose hash is in every fingerprint.
    private System.Reflection.Assembly? PluginOf(IJudge judge) => judge.GetType().Assembly == typeof(IJudge).Assembly ? null : Context.Plugins.AssemblyOf(judge);
}
