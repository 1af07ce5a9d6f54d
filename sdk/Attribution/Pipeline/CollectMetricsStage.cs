using System.Text.Json;
using System.Text.Json.Nodes;
using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data.Store;
using Attribution.FineTuning;
using Attribution.Pipeline.Grid;
using Attribution.Pipeline.GroundTruth;
using Attribution.Pipeline.Results;
using Attribution.Pipeline.Snapshots;
using Attribution.Reporting.TensorBoard;

namespace Attribution.Pipeline;

/// <summary>Brings the metrics of all runs together, for programs as <c>metrics.json</c>, for people as a table, and for TensorBoard.</summary>
internal sealed class CollectMetricsStage(StageContext context) : Stage<CollectMetricsSettings>(context)
{
    public const string Name = StageNames.CollectMetrics;

    public override string Noun => "metrics file";

    public override IReadOnlyList<StageJob> Plan()
    {
        var evaluated = Context.Upstream(EvaluateStage.Name);
        var judged = Context.Upstream(JudgeStage.Name);
        var runs = Runs().Select(run =>
        {
            var (key, before) = (run.Key.IsBaseModel ? run.Key.Before : run.Key, run.Key.Before);
            return new Run(run.Key, run.Values, Context.Input(run.Selection, SelectTrainingDataStage.FactsFile),
                CrossEntropy(before), CrossEntropy(key), Judgement(before), Judgement(key));
        }).ToArray();
        var (measured, inputs) = (GroundTruthMetrics.Read(Context), new
        {
            runs = runs.Select(r => new { name = r.Key.RunFolder, r.Values, r.Facts, r.CrossEntropyBefore, r.CrossEntropy, r.JudgedBefore, r.Judged })
        });
        var request = Context.Resolve("metrics", measured.Count == 0 ? inputs : new { inputs, measured = measured.Select(m => new { m.Name, m.File }) });
        return [new StageJob(new JobKey(), request, (builder, _) => File.WriteAllText(builder.PathOf(Metrics.File), new Metrics(
            runs.Select(r => (r.Key.RunFolder, r.Read())).Concat(measured.Select(m => (m.Name, GroundTruthMetrics.Of(m)))).ToDictionary()).Write()))];

        InputFile CrossEntropy(JobKey key) => Context.Input(evaluated.Get(key with { Part = EvaluateStage.CrossEntropyPart }), EvaluateStage.MetricsFile);

        InputFile? Judgement(JobKey key) => judged.Find(key) is { } job ? Context.Input(job, JudgeStage.MetricsFile) : null;
    }

    public override IEnumerable<ShownFile> Show(StageJob job, Artifact artifact)
    {
        var metrics = Metrics.Read(artifact.PathOf(Metrics.File));
        yield return Copy(artifact, Metrics.File, Metrics.File);
        var evals = Settings.Eval;
        var (runs, lds) = (GroundTruthMetrics.RunsOf(metrics), LdsTable.Of(GroundTruthMetrics.Read(Context)));
        yield return ShownFile.Of(ResultTable.File, ResultTable.Of(runs, evals) + CurveTable.Of(runs) + lds);
        // The build shows it at its end.
        yield return ShownFile.Of(ResultSummary.File, ResultSummary.Of(runs, evals) + lds);
        foreach (var (run, _, _) in Runs())
            yield return ShownFile.Of($"{RunCurves.Folder}/{run.RunFolder}/{EventFile.Name}", EventFile.Of(RunCurves.Of(metrics.Runs[run.RunFolder], TrainingOf(run))));
    }

    // Every run at each of its points, in the experiment's order; training on nothing is the base model at each seed.
    private IEnumerable<(JobKey Key, RunPoint Values, JobResult Selection)> Runs()
    {
        var (selected, evaluated) = (Context.Upstream(SelectTrainingDataStage.Name), Context.Upstream(EvaluateStage.Name));
        var trained = Context.Upstream(FineTuneStage.Name).Jobs.ToLookup(job => selected.SelectionOf(job.Key).Key);
        var bases = evaluated.Jobs.Where(job => job.Key.Attribution is null && job.Key.Part == EvaluateStage.CrossEntropyPart).ToLookup(job => job.Key.Eval);
        foreach (var selection in selected.Jobs)
            foreach (var (key, values) in selection.Key.Attribution == JobKey.None
                ? bases[selection.Key.Eval].Select(job => (selection.Key with { Point = job.Key.Point }, job.Point.Values))
                : trained[selection.Key].Select(job => (job.Key, job.Point.Values)))
                yield return (key, values, selection);
    }

    private TrainingStep[] TrainingOf(JobKey run) => Context.Upstream(FineTuneStage.Name).Find(run) is { } tuned
        ? [.. Readable.ReadLines<TrainingStep>(Context.Input(tuned, FineTuneStage.LossFile).Path)]
        : [];

    private sealed record Run(JobKey Key, RunPoint Values, InputFile Facts, InputFile CrossEntropyBefore, InputFile CrossEntropy, InputFile? JudgedBefore, InputFile? Judged)
    {
        public RunMetrics Read()
        {
            var facts = SelectionFacts.Read(Facts.Path);
            var (before, after) = (Readable.ReadLines<CrossEntropyLine>(CrossEntropyBefore.Path).Single(),
                Readable.ReadLines<CrossEntropyLine>(CrossEntropy.Path).Single());
            var settings = new Dictionary<string, JsonNode?>();
            void Set(string name, JsonNode? value)
            {
                if (value is not null)
                    settings.Add(name, value);
            }
            Set("train", Key.Train);
            Set("eval", Key.Eval);
            Set("attribution", Key.Attribution);
            Set("selection", Key.Selection);
            Set("layer", Key.Layer);
            Set("top_k", facts.TopK);
            foreach (var axis in RunAxis.All.Where(axis => !settings.ContainsKey(axis.Setting)))
                Set(axis.Setting, axis.Of(Values) is { } value ? JsonSerializer.SerializeToNode(value) : null);
            Set("planted_share", facts.PlantedShare);

            var metrics = new Dictionary<string, double?>();
            foreach (var (name, value) in new[]
            {
                (ResultTable.Precision, facts.PrecisionAtK), ("recall_at_k", facts.RecallAtK), ("mrr", facts.ReciprocalRank), ("auroc", facts.Auroc), ("auprc", facts.Auprc),
            })
                if (value is not null)
                    metrics.Add(name, value);
            metrics.Add("eval_loss_treatment", after.EvalLossTreatment);
            metrics.Add("eval_loss_control", after.EvalLossControl);
            metrics.Add(ResultTable.Gap, after.EvalLossGap);
            metrics.Add(ResultTable.GapBefore, before.EvalLossGap);
            if (Judged is { } judged && JudgedBefore is { } judgedBefore)
            {
                var (scores, scoresBefore) = (Readable.ReadLines<JudgedLine>(judged.Path).Single(), Readable.ReadLines<JudgedLine>(judgedBefore.Path).Single());
                metrics.Add(ResultTable.Judged, scores.Mean);
                metrics.Add(ResultTable.JudgedBefore, scoresBefore.Mean);
                foreach (var (score, share) in (scores.Shares ?? []).Index())
                    metrics.Add($"judged_share_{score}", share);
                metrics.Add("unjudged", scores.Unjudged);
            }
            return new RunMetrics(settings, metrics);
        }
    }
}
