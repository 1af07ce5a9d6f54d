using System.Text.Json;
using System.Text.Json.Nodes;
using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data.Store;
using Attribution.Evaluation.Statistics;
using Attribution.FineTuning;
using Attribution.Pipeline.Grid;
using Attribution.Pipeline.GroundTruth;
using Attribution.Pipeline.Results;
using Attribution.Pipeline.Snapshots;
using Attribution.Pipeline.TensorBoard;
using Attribution.Pipeline.Verdicts;

namespace Attribution.Pipeline;

/// <summary>Collects the metrics of all runs: as <c>metrics.json</c> for programs, as a table for people, and for TensorBoard.</summary>
internal sealed class CollectMetricsStage(StageContext context) : Stage<CollectMetricsSettings>(context)
{
    public const string Name = StageNames.CollectMetrics;

    public override string Noun => "metrics file";

    public override IReadOnlyList<StageJob> Plan()
    {
        var evaluated = Context.Upstream(EvaluateStage.Name);
        var judged = Context.Upstream(JudgeStage.Name);
        var runs = RunList.Of(Context).Select(run =>
        {
            var (key, before) = (run.Key.IsBaseModel ? run.Key.Before : run.Key, run.Key.Before);
            return new Run(run.Key, run.Values, Context.Input(run.Selection, SelectTrainingDataStage.FactsFile),
                CrossEntropy(before), CrossEntropy(key), Judgement(before, JudgeStage.MetricsFile), Judgement(key, JudgeStage.MetricsFile),
                Judgement(before, JudgeStage.PromptsFile), Judgement(key, JudgeStage.PromptsFile));
        }).ToArray();
        var (measured, inputs) = (GroundTruthMetrics.Read(Context), new
        {
            runs = runs.Select(r => new
            {
                name = r.Key.RunFolder,
                r.Values,
                r.Facts,
                r.CrossEntropyBefore,
                r.CrossEntropy,
                r.JudgedBefore,
                r.Judged,
                r.PromptsBefore,
                r.Prompts
            })
        });
        var request = Context.Resolve("metrics", measured.Count == 0 ? inputs : new { inputs, measured = measured.Select(m => new { m.Name, m.File }) });
        return [new StageJob(new JobKey(), request, (builder, _) => File.WriteAllText(builder.PathOf(Metrics.File), Collect(runs)
            .With(measured.ToDictionary(m => m.Name, GroundTruthMetrics.Of)).Write()))];

        InputFile CrossEntropy(JobKey key) => Context.Input(evaluated.Get(key with { Part = EvaluateStage.CrossEntropyPart }), EvaluateStage.MetricsFile);

        InputFile? Judgement(JobKey key, string file) => judged.Find(key) is { } job ? Context.Input(job, file) : null;
    }

    private static Metrics Collect(Run[] runs)
    {
        var lines = runs.ToDictionary(run => run.Key.RunFolder, run => run.Read());
        // By the judged score if there are judged answers, else by the gap, which belongs to the whole set and not to a prompt.
        var metric = lines.Values.Any(line => line.Metrics.GetValueOrDefault(ResultTable.Judged) is not null) ? ResultTable.Judged : ResultTable.Gap;
        foreach (var run in runs)
            lines[run.Key.RunFolder] = With(lines[run.Key.RunFolder], metric, PairedBootstrap.Mean([.. run.Cells(metric, lines[run.Key.RunFolder])]));
        SeedGroup[] groups = [.. runs.GroupBy(run => run.Key.AnySeed).Select(group => new SeedGroup(group.Key.RunFolder,
            [.. group.Select(run => lines[run.Key.RunFolder])], [.. group.SelectMany(run => run.Cells(metric, lines[run.Key.RunFolder]))],
                [.. group.SelectMany(run => run.CellsBefore(metric, lines[run.Key.RunFolder]))]))];
        var overSeeds = groups.ToDictionary(group => group.Name, group => WithIntervals(group, groups, metric));
        return new Metrics(groups.All(group => group.Runs.Count == 1)
            ? lines.ToDictionary(line => line.Key, line => line.Value with { Metrics = overSeeds[line.Key].Metrics }) : lines)
        {
            Groups = groups.All(group => group.Runs.Count == 1) ? null : overSeeds,
            Verdicts = RunVerdicts.Of(groups, metric) is { Count: > 0 } verdicts ? verdicts : null,
        };
    }

    // The intervals of what runs are compared by, and of how far it is above the draw at random.
    private static RunMetrics WithIntervals(SeedGroup group, SeedGroup[] all, string metric)
    {
        var line = With(group.OverSeeds(), metric, PairedBootstrap.Mean(group.Cells));
        return group.IsChosen && RunVerdicts.RandomOf(group, all) is { } random
            ? With(line, $"{metric}{SeedGroup.OverRandom}", PairedBootstrap.Difference(group.Cells, random.Cells).Interval) : line;
    }

    private static RunMetrics With(RunMetrics line, string name, Interval interval)
    {
        // One cell has no interval, and a difference of one says nothing.
        if (!double.IsFinite(interval.Lower))
            return line;
        var metrics = line.Metrics.ToDictionary();
        metrics.TryAdd(name, interval.Estimate);
        metrics[name + SeedGroup.Lower] = interval.Lower;
        metrics[name + SeedGroup.Upper] = interval.Upper;
        return line with { Metrics = metrics };
    }

    public override IEnumerable<ShownFile> Show(StageJob job, Artifact artifact)
    {
        var metrics = Metrics.Read(artifact.PathOf(Metrics.File));
        yield return Copy(artifact, Metrics.File, Metrics.File);
        var evals = Settings.Eval;
        var (runs, lds) = (GroundTruthMetrics.RunsOf(metrics), LdsTable.Of(GroundTruthMetrics.Read(Context)));
        yield return ShownFile.Of(ResultTable.File, ResultTable.Of(runs, evals) + CurveTable.Of(runs) + lds);
        // The build prints this at its end.
        yield return ShownFile.Of(ResultSummary.File, ResultSummary.Of(runs, evals) + lds);
        foreach (var run in RunList.Of(Context).Select(run => run.Key))
        {
            var tuned = Context.Upstream(FineTuneStage.Name).Find(run);
            TrainingStep[] training = tuned is null ? [] : [.. Readable.ReadLines<TrainingStep>(Context.Input(tuned, FineTuneStage.LossFile).Path)];
            var line = metrics.Runs[run.RunFolder];
            yield return ShownFile.Of($"{RunCurves.Folder}/{run.RunFolder}/{EventFile.Name}",
                EventFile.Of(RunCurves.Of(line, training), line.Settings, TimesOf(training, tuned is null ? artifact.Folder
                    : Path.Combine(Settings.Store, tuned.Artifact))));
        }
    }

    // What an artifact's manifest tells stays with it: a build that takes everything from the store writes the same file.
    private Func<long, double>? TimesOf(TrainingStep[] training, string artifact) =>
        Settings.TensorBoardTimes == TensorBoardTimesNames.Real && Manifest.Read(artifact, out _) is { } manifest
            ? RunCurves.Times(training, manifest.Created, manifest.Seconds) : null;

    private sealed record Run(JobKey Key, RunPoint Values, InputFile Facts, InputFile CrossEntropyBefore, InputFile CrossEntropy, InputFile? JudgedBefore,
        InputFile? Judged,
        InputFile? PromptsBefore, InputFile? Prompts)
    {
        /// <summary>The cells that the run is compared by.</summary>
        public IEnumerable<ScoredCell> Cells(string metric, RunMetrics line) => Cells(metric, Prompts, line.Metrics.GetValueOrDefault(metric));

        /// <summary>The base model's cells.</summary>
        public IEnumerable<ScoredCell> CellsBefore(string metric, RunMetrics line) =>
            Cells(metric, PromptsBefore, line.Metrics.GetValueOrDefault(metric + RunCurves.Before));

        private IEnumerable<ScoredCell> Cells(string metric, InputFile? prompts, double? value)
        {
            var seed = Values.Seed ?? 0;
            if (metric == ResultTable.Judged)
                return prompts is not { } file ? [] : Readable.ReadLines<PromptScoreLine>(file.Path).Where(prompt => prompt.Mean is not null)
                    .Select(prompt => new ScoredCell(prompt.Prompt, seed, prompt.Mean!.Value));
            return value is { } one ? [new ScoredCell("", seed, one)] : [];
        }

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
                (ResultTable.Precision, facts.PrecisionAtK), ("recall_at_k", facts.RecallAtK), ("mrr", facts.ReciprocalRank), ("auroc", facts.Auroc),
                    ("auprc", facts.Auprc),
            })
                if (value is not null)
                    metrics.Add(name, value);
            if (facts.PrecisionAtK is { } precision)
            {
                var interval = ShareInterval.Of(precision, facts.TopK);
                metrics.Add(ResultTable.Precision + SeedGroup.Lower, interval.Lower);
                metrics.Add(ResultTable.Precision + SeedGroup.Upper, interval.Upper);
            }
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
