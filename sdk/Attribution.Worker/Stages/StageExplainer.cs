using Attribution.Contracts;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Pipeline;
using Attribution.Pipeline.Results;
using Attribution.Worker.Slurm;

namespace Attribution.Worker.Stages;

/// <summary>Explains what a build would do with each stage, and why, without doing any of it.</summary>
internal sealed class StageExplainer(string requests, string state, TextWriter output, StageReporter reporter)
{
    private const int MostReasons = 8;

    // The stages whose results are known, as a build would find them now, not as the last build found them.
    private readonly Dictionary<string, StageResult> _results = [];
    private readonly HashSet<string> _changed = [];

    /// <summary>Whether all outputs of a stage are in the store; valid once all stages were explained.</summary>
    public bool Knows(string stage) => _results.ContainsKey(stage);

    /// <summary>Explains all stages that have requests.</summary>
    public void Explain()
    {
        foreach (var name in StageList.Names)
        {
            var request = Path.Combine(requests, $"{name}.request.json");
            if (!File.Exists(request))
                continue;
            using var context = new StageContext(RequestFile.Read(name, request), reporter, state, stage => _results[stage]) { ReadOnly = true };
            if (context.Settings.Upstream.FirstOrDefault(stage => !_results.ContainsKey(stage)) is { } before)
            {
                output.WriteLine($"{name}: {StageExplanation.After(before).Reason}");
                if (name == JudgeStage.Name)
                    ForecastJudging(context.Store.Root);
                continue;
            }
            try
            {
                using var stage = StageList.Create(context);
                Explain(name, stage, context);
            }
            catch (AttributionException e)
            {
                // A build would fail here, or fetch the model first.
                output.WriteLine($"{name}: {VerbRunner.ErrorLine(e)}");
            }
        }
    }

    private void ForecastJudging(string store)
    {
        try
        {
            if (new JudgeForecast(requests, store, _results.GetValueOrDefault(ImportDatasetsStage.Name)).Line() is { } line)
                output.WriteLine($"  {line}");
        }
        catch (AttributionException e)
        {
            output.WriteLine($"  {VerbRunner.ErrorLine(e)}");
        }
    }

    private void Explain(string name, Stage stage, StageContext context)
    {
        var jobs = stage.Plan().Select(job => (Job: job, Why: StageExplanation.Of(job.Request, context.State.Last(name, job.Key), context.Store),
            Artifact: context.Store.Find(job.Request))).ToArray();
        string[] missing = File.Exists(context.State.FilesFile(name))
            ? [.. context.State.Files(name).Where(file => !File.Exists(file)).Select(file => $"{file} is not there")]
            : ["it has not run here before"];
        var toRun = jobs.Count(j => j.Why.State == StageState.ToRun);
        var known = jobs.All(j => j.Artifact is not null);
        if (known)
            _results[name] = StageRunner.ResultOf(name, jobs.Select(j => (j.Job, j.Artifact!)));
        var upToDate = jobs.All(j => j.Why.State == StageState.UpToDate) && missing.Length == 0
            && (jobs.Length > 0 || !context.Settings.Upstream.Any(_changed.Contains));
        if (!upToDate)
            _changed.Add(name);

        output.WriteLine(upToDate ? $"{name}: up to date" : toRun > 0 ? $"{name}: to run ({toRun} of {jobs.Length} {stage.Noun}s)" : jobs.Length > 0
            ? $"{name}: in the store" : $"{name}: to run");
        var reasons = jobs.Where(j => j.Why.State != StageState.UpToDate).SelectMany(j => j.Why.Differences.Count == 0
            ? [j.Why.Reason] : j.Why.Differences.Select(d => d.ToString())).Concat(missing).Distinct().ToArray();
        foreach (var reason in reasons.Take(MostReasons))
            output.WriteLine($"  {reason}");
        if (reasons.Length > MostReasons)
            output.WriteLine($"  and {reasons.Length - MostReasons} more");
        StageJob[] toMake = [.. jobs.Where(j => j.Artifact is null).Select(j => j.Job).DistinctBy(j => j.Request.Fingerprint)];
        if (toMake.Length > 0 && stage.Share(toMake) is { } work)
            Estimate(name, stage, toMake, work, context);
        foreach (var line in stage.Forecast(toMake))
            output.WriteLine($"  {line}");
    }

    private void Estimate(string name, Stage stage, StageJob[] toMake, SharedWork work, StageContext context)
    {
        var execution = StageRunner.ExecutionOf(context.Settings);
        var isSlurm = execution?.Executor == ExecutorNames.Slurm;
        var units = stage.Units(toMake).Where(units => units.Count > 0).ToArray();
        var workers = isSlurm ? SlurmArray.TasksFor(execution!, units.Sum(u => u.Count)) : Workers.Of(work, execution).Count;
        foreach (var unit in units)
            output.WriteLine($"  {unit.Describe(context.Store, workers)}");
        if (isSlurm && units.Length > 0)
            output.WriteLine($"  {SlurmArray.Estimate(name, context.Settings, execution!, workers)}");
    }
}
