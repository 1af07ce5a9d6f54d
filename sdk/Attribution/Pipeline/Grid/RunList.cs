using Attribution.Pipeline.Results;

namespace Attribution.Pipeline.Grid;

/// <summary>A run: a point of the grid, and the selection that its model was trained on.</summary>
/// <param name="Key">Identifies the run.</param>
/// <param name="Values">The run's values on every axis.</param>
/// <param name="Selection">The selection.</param>
internal sealed record GridRun(JobKey Key, RunPoint Values, JobResult Selection);

/// <summary>The runs of an experiment, read from the results of its stages.</summary>
internal static class RunList
{
    /// <summary>Every run at each of its points, in the experiment's order. The base model is the run without training, at each seed.</summary>
    public static IEnumerable<GridRun> Of(StageContext context)
    {
        var (selected, evaluated) = (context.Upstream(SelectTrainingDataStage.Name), context.Upstream(EvaluateStage.Name));
        var trained = context.Upstream(FineTuneStage.Name).Jobs.ToLookup(job => selected.SelectionOf(job.Key).Key);
        var bases = evaluated.Jobs.Where(job => job.Key.Attribution is null && job.Key.Part == EvaluateStage.CrossEntropyPart).ToLookup(job => job.Key.Eval);
        foreach (var selection in selected.Jobs)
            foreach (var (key, job) in selection.Key.Attribution == JobKey.None
                ? bases[selection.Key.Eval].Select(job => (selection.Key with { Point = job.Key.Point }, job))
                : trained[selection.Key].Select(job => (job.Key, job)))
                yield return new GridRun(key, job.Point.Values, selection);
    }
}
