using System.Globalization;
using System.Text.Json;
using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Evaluation;
using Attribution.FineTuning;
using Attribution.Judging;
using Attribution.Judging.Chat;
using Attribution.Models;
using Attribution.Pipeline.Plugins;
using Attribution.Pipeline.Results;

namespace Attribution.Pipeline;

/// <summary>Judges the answers of the base model and of each run's model.</summary>
internal sealed class JudgeStage : Stage<JudgeSettings>
{
    public const string Name = StageNames.Judge;

    /// <summary>The aggregate scores, a <see cref="JudgedLine"/>.</summary>
    public const string MetricsFile = "metrics.jsonl";

    /// <summary>The mean score of each prompt, one <see cref="PromptScoreLine"/> per line.</summary>
    public const string PromptsFile = "prompts.jsonl";

    private const string StoreStage = "judgements";

    private readonly Lazy<StoredChatCompletion> _llm;
    private readonly Dictionary<ContentHash, (JudgePrompt Prompt, InputFile Answers)> _asks = [];

    public JudgeStage(StageContext context) : base(context)
    {
        _llm = new(() => JudgingModel.Open(Settings.Llm ?? new(), context.Store));
    }

    public override string Noun => "judgement";

    public override IReadOnlyList<StageJob> Plan()
    {
        var judges = Settings.Eval.ToDictionary(e => e.Name, JudgeOf);
        return [.. Context.Upstream(EvaluateStage.Name).Jobs
            .Where(job => job.Key.Part == EvaluateStage.AnswersPart && judges.ContainsKey(job.Key.Eval!))
            .Select(job => Job(job, judges[job.Key.Eval!]))];
    }

    /// <summary>What a model here judges; an endpoint is asked by one process, which asks it for many things at once.</summary>
    public override SharedWork? Share(IReadOnlyList<StageJob> missing) => Settings.Llm?.Folder is { } folder
        && missing.Count(job => _asks.ContainsKey(job.Request.Fingerprint)) is > 0 and var count ? new(count, ModelConfig.Load(folder)) : null;

    public override IEnumerable<Artifact> Produce(IReadOnlyList<StageJob> missing, CancellationToken cancellation) =>
        Settings.Llm?.Folder is null ? ProduceInOrder(missing, cancellation) : base.Produce(missing, cancellation);

    private IEnumerable<Artifact> ProduceInOrder(IReadOnlyList<StageJob> missing, CancellationToken cancellation)
    {
        foreach (var job in missing)
        {
            Artifact made;
            try
            {
                made = Context.Store.GetOrCreate(job.Request, builder => job.Produce!(builder, cancellation), cancellation);
            }
            catch (AttributionException e) when (e.Code == ErrorCodes.ChatBudget)
            {
                throw new AttributionException(e.Code, $"{e.Message} {CostOf(missing)} are left.", e) { Property = e.Property };
            }
            yield return made;
        }
    }

    public override IEnumerable<ShownFile> Show(StageJob job, Artifact artifact) =>
        artifact.Outputs.Select(o => Copy(artifact, o.Name, $"{job.Key.RunFolder}/selected_data/eval_llm_judge/{o.Name}"));

    public override IEnumerable<string> Forecast(IReadOnlyList<StageJob> missing) =>
        missing.Any(job => _asks.ContainsKey(job.Request.Fingerprint)) ? [$"asks {_llm.Value.Name}: {CostOf(missing)}"] : [];

    public override string? Finish()
    {
        if (_llm.IsValueCreated && _llm.Value.Asked > 0)
            Context.Reporter.Message(string.Create(CultureInfo.InvariantCulture,
                $"{_llm.Value.Name}: {_llm.Value.Asked:N0} calls, {_llm.Value.AskedTokens:N0} tokens"));
        return null;
    }

    public override void Dispose()
    {
        if (_llm.IsValueCreated)
            _llm.Value.Dispose();
    }

    private (IJudge Judge, JudgePrompt? Prompt, string? PromptFile) JudgeOf(EvalSettings eval)
    {
        if (eval.Judge != Judges.Llm)
            return (Judges.Of(eval.Judge ?? Judges.Rules, eval.Trait, () => Context.Plugins), null, null);
        var prompt = PromptOf(eval);
        return (new LlmJudge(_llm.Value, prompt), prompt, eval.Prompt ?? JudgePrompt.ShippedFile(eval.Trait!));
    }

    /// <summary>The prompt with which a model judges an evaluation set.</summary>
    /// <exception cref="AttributionException">ATTR1651 and others: there is no such prompt, it is malformed, or it is for another trait.</exception>
    public static JudgePrompt PromptOf(EvalSettings eval)
    {
        var prompt = eval.Prompt is { } own ? JudgePrompt.Load(own) : JudgePrompt.Shipped(eval.Trait ?? "");
        if (prompt.Scale.Trait != eval.Trait)
            throw new AttributionException(ErrorCodes.JudgePromptInvalid,
                $"The judging prompt '{eval.Prompt}' is for the trait '{prompt.Scale.Trait}', and the evaluation set '{eval.Name}' shows '{eval.Trait}'. "
                + $"Name the prompt of its trait.")
            { File = eval.Prompt, Property = "JudgePrompt" };
        return prompt;
    }

    private StageJob Job(JobResult answered, (IJudge Judge, JudgePrompt? Prompt, string? PromptFile) by)
    {
        var (judge, trained) = (by.Judge, Trained(answered.Key));
        var answers = Context.Input(answered, EvaluateStage.AnswersFile);
        var request = by.PromptFile is { } file
            ? Context.Resolve(StoreStage, new
            {
                answers,
                judge = judge.Name,
                model = _llm.Value.Identity,
                prompt = new InputFile(file),
                trait = judge.Scale.Trait,
                scale = judge.Scale.Max,
                trained.Epoch,
                trained.Step
            })
            : Context.Resolve(StoreStage, new
            {
                answers,
                judge = judge.Name,
                judge.Identity,
                trait = judge.Scale.Trait,
                scale = judge.Scale.Max,
                trained.Epoch,
                trained.Step
            }, CodeOf(judge));
        if (by.Prompt is { } prompt)
            _asks[request.Fingerprint] = (prompt, answers);
        return new StageJob(answered.Key.Run, request, (builder, cancellation) =>
            Write(builder, Judge(judge, answered.Key, answers, cancellation), judge, trained));
    }

    private JudgedEvaluation Judge(IJudge judge, JobKey run, InputFile answers, CancellationToken cancellation)
    {
        var lines = Readable.ReadLines<AnswerLine>(answers.Path).ToArray();
        var requests = lines.ToDictionary(l => (l.PromptIndex, l.Repeat), l => l.ToRequest());
        var progress = new ProgressCallback<int>(done => Context.Reporter.Progress(() => $"{run.RunFolder}: {done} of {lines.Length} answers judged"));
        var judged = JudgedEvaluation.RunAsync(judge, [.. lines.Select(l => l.ToAnswer())], answer => requests[(answer.PromptIndex, answer.Repeat)], progress,
            cancellation).GetAwaiter().GetResult();
        // An answer that a content filter refused says nothing against the model or the prompt, unless no answer is left.
        var filtered = judged.Rows.Count(row => row.Verdict.Filtered);
        if (filtered > 0)
            Context.Reporter.Message($"{run.RunFolder}: a content filter of {judge.Name}'s endpoint refused {filtered} of {lines.Length} answers, which "
                + $"are unjudged");
        if (judge is LlmJudge && (judged.Scores.Judged == 0 || (double)(judged.Scores.Unjudged - filtered) / lines.Length > LlmJudge.MostUnjudged))
            throw new AttributionException(ErrorCodes.TooManyUnjudged, string.Create(CultureInfo.InvariantCulture,
                $"{judge.Name} gave {judged.Scores.Unjudged} of the {lines.Length} answers of {run.RunFolder} no score that can be read, more than "
                    + $"{LlmJudge.MostUnjudged:P0}. The first: {Shortened(judged.Rows.First(r => r.Verdict.Score is null).Verdict.Rationale)} Use another "
                    + $"JudgeModel, or a prompt that it understands."))
            { Property = "JudgeModel" };
        return judged;
    }

    private static void Write(ArtifactBuilder builder, JudgedEvaluation judged, IJudge judge, (double Epoch, int Step) trained)
    {
        judged.WriteCsv(builder.PathOf($"judge_{string.Concat(judge.Name.Select(c => char.IsLetterOrDigit(c) || c is '-' or '.' or '_' ? c : '_'))}.csv"));
        Readable.WriteLines(builder.PathOf(PromptsFile), PromptScoreLine.Of(judged));
        var scores = judged.Scores;
        var any = scores.Judged > 0;
        Readable.WriteLines(builder.PathOf(MetricsFile),
        [
            new JudgedLine(judge.Name, trained.Epoch, trained.Step, scores.Judged, scores.Unjudged, any ? scores.Mean : null,
                any ? [.. Enumerable.Range(0, scores.Scale.Max + 1).Select(scores.Share)] : null, Readable.Finite(judged.RepeatAgreement))
            {
                Metrics = any ? judged.Metrics().ToDictionary(m => m.Key, m => JsonSerializer.SerializeToElement(m.Value)) : null,
            },
        ]);
    }

    // Epoch and step of the run's last training step.
    private (double Epoch, int Step) Trained(JobKey run)
    {
        if (run.IsBaseModel)
            return (0, 0);
        var curve = Context.Input(Context.Upstream(FineTuneStage.Name).Get(run.Run), FineTuneStage.LossFile);
        var last = Readable.ReadLines<TrainingStep>(curve.Path).Last();
        return (last.Epoch, last.Step);
    }

    private JudgeCost CostOf(IEnumerable<StageJob> jobs)
    {
        // One answer may belong to several runs.
        return jobs.Where(job => _asks.ContainsKey(job.Request.Fingerprint)).Select(job => _asks[job.Request.Fingerprint]).GroupBy(ask => ask.Prompt,
            ReferenceEqualityComparer.Instance)
            .Select(asks => JudgeCost.Of(asks.First().Prompt, _llm.Value,
                asks.SelectMany(ask => Readable.ReadLines<AnswerLine>(ask.Answers.Path)).Select(line => line.ToRequest())))
            .Aggregate(default(JudgeCost), (x, y) => x + y);
    }

    private static string Shortened(string text) => text.Length > 300 ? text[..300] + "..." : text;

    // Built-in judges are part of the library, whose hash is in every fingerprint.
    private ContentHash? CodeOf(IJudge judge) => judge.GetType().Assembly == typeof(IJudge).Assembly ? null : Context.Plugins.CodeOf(judge);
}
