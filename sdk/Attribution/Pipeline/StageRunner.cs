using System.Diagnostics;
using System.Globalization;
using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Pipeline.Results;
using Attribution.Tensors;

namespace Attribution.Pipeline;

/// <summary>Runs a stage: takes existing results from the store, computes the rest, and publishes the results for the next stages and for people.</summary>
internal static class StageRunner
{
    /// <summary>A file in the store's folder that marks the folder as a store.</summary>
    public const string StoreMarker = ".attribution-store";

    /// <summary>Runs the stage.</summary>
    /// <exception cref="AttributionException">The error that stopped the stage.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static StageSummary Run(string name, Stage stage, StageContext context, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        context.OpenRemote();
        var jobs = stage.Plan();
        var (artifacts, ran) = TakeOrProduce(stage, jobs, context, cancellation);
        var done = jobs.Select(job => (Job: job, Artifact: artifacts[job.Request.Fingerprint])).ToArray();
        var own = stage.Finish();
        try
        {
            Leave(name, stage, done, context);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AttributionException(ErrorCodes.StoreFailed,
                $"The results of {name} cannot be written: {e.Message} Make room, or give yourself the right to write there, then build again: what was "
                + $"computed is kept.", e);
        }

        var blocks = stage.Blocks ?? default;
        var summary = new StageSummary(name, artifacts.Count, ran, blocks.Ran, blocks.Total, stage.ModelLoaded,
            clock.Elapsed.TotalSeconds)
        { Ended = DateTime.UtcNow };
        context.State.WriteSummary(summary);
        context.Reporter.Summary(own ?? (artifacts.Count == 0 ? "nothing to do" : ran == 0 ? "from store" : string.Create(CultureInfo.InvariantCulture,
            $"{stage.Blocks?.ToString() ?? $"ran {ran} of {artifacts.Count} {stage.Noun}s"}, {clock.Elapsed.TotalSeconds:0.0} s")));
        return summary;
    }

    /// <summary>Computes what is free in a stage that another process runs, and leaves the rest to that process.</summary>
    /// <exception cref="AttributionException">The error that stopped the helper.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static void Help(Stage stage, StageContext context, CancellationToken cancellation)
    {
        context.OpenRemote();
        var jobs = stage.Plan().DistinctBy(j => j.Request.Fingerprint).ToArray();
        int before;
        // Once more after each pass that computed something: a process that died meanwhile has left its unit.
        do
        {
            before = context.Store.ComputedCount;
            try
            {
                foreach (var _ in stage.Produce([.. jobs.Where(job => !context.Store.Contains(job.Request))], cancellation))
                    cancellation.ThrowIfCancellationRequested();
            }
            catch (OperationCanceledException) when (context.Store.Units is { MayWait: false } && !cancellation.IsCancellationRequested)
            {
                // It was told to end, or one of its units failed.
                return;
            }
        }
        while (context.Store.ComputedCount > before);
    }

    /// <summary>Where and how a stage runs a model; null for one that runs none, or that leaves it open.</summary>
    public static ExecutionSettings? ExecutionOf(StageSettings settings) => settings switch
    {
        ModelSettings model => model.Execution,
        JudgeSettings { Llm.Folder: not null } judge => judge.Llm.Execution,
        _ => null,
    };

    private static (Dictionary<ContentHash, Artifact> Artifacts, int Ran) TakeOrProduce(Stage stage, IReadOnlyList<StageJob> jobs, StageContext context,
        CancellationToken cancellation)
    {
        var store = context.Store;
        var artifacts = new Dictionary<ContentHash, Artifact>();
        var missing = new List<StageJob>();
        foreach (var job in jobs.DistinctBy(j => j.Request.Fingerprint))
            if (store.TryGetOrFetch(job.Request, cancellation) is { } found)
                artifacts.Add(found.Fingerprint, found);
            else
                missing.Add(job);
        if (missing.Count == 0)
            return (artifacts, 0);
        if (context.RemoteWorkers is { } workers && stage.Share(missing) is not null)
        {
            Collect(stage, missing, artifacts, workers, context, cancellation);
            return (artifacts, missing.Count);
        }
        using var helpers = StartHelpers(stage, missing, context);
        foreach (var artifact in stage.Produce(missing, cancellation))
            artifacts.Add(artifact.Fingerprint, artifact);
        // Artifacts of helpers look here as if they had always been in the store.
        return (artifacts, helpers is null ? artifacts.Values.Count(a => a.Produced) : missing.Count);
    }

    // Takes what others have computed and has them compute the rest, until there is nothing left that needs the model.
    private static void Collect(Stage stage, List<StageJob> missing, Dictionary<ContentHash, Artifact> artifacts, IRemoteWorkers workers, StageContext context,
        CancellationToken cancellation)
    {
        context.IsHead = true;
        while (true)
        {
            StageJob[] open = [.. missing.Where(job => !artifacts.ContainsKey(job.Request.Fingerprint))];
            foreach (var found in open.Select(job => context.Store.TryGet(job.Request)).OfType<Artifact>())
                artifacts[found.Fingerprint] = found;
            open = [.. open.Where(job => !artifacts.ContainsKey(job.Request.Fingerprint))];
            try
            {
                stage.Recount();
                foreach (var artifact in stage.Produce(open, cancellation))
                    artifacts[artifact.Fingerprint] = artifact;
                stage.CountElsewhere(workers.Blocks);
                return;
            }
            catch (UnitMissingException)
            {
                var units = stage.Units(open).Where(units => units.Count > 0).ToArray();
                workers.Compute(Math.Max(1, units.Sum(u => u.Count)), units.MaxBy(u => u.Count)?.Noun ?? stage.Noun, cancellation);
            }
        }
    }

    private static IHelpers? StartHelpers(Stage stage, IReadOnlyList<StageJob> missing, StageContext context)
    {
        var execution = VisibleDevices.ExecutionOf(context.Settings);
        var chosen = VisibleDevices.Chosen(execution, VisibleDevices.All());
        // Whoever runs a stage from C# has a process of their own, whose devices are not ours to hide.
        if (context.StartHelpers is not { } start)
            return null;
        if (stage.Share(missing) is not { } work)
        {
            if (chosen is [var first, ..])
                VisibleDevices.ShowOnly(first);
            return null;
        }
        var workers = Workers.Of(work, execution);
        foreach (var (name, value) in workers[0].Variables)
            NativeEnvironment.Set(name, value);
        if (workers.Count == 1)
            return null;
        context.Store.SharedSince = DateTime.UtcNow;
        return context.Helpers = start([.. workers.Skip(1)]);
    }

    private static void Leave(string name, Stage stage, IReadOnlyList<(StageJob Job, Artifact Artifact)> done, StageContext context)
    {
        var (state, store) = (context.State, context.Settings.Store);
        WholeFile.Write(Path.Combine(store, StoreMarker), "The artifact store of attribution experiments; `attribution store` tells what is in it.\n");
        var shown = new OutFolder(context.Settings.Out, context.Store.Hasher).Place(done.SelectMany(d => stage.Show(d.Job, d.Artifact)).Concat(stage.Show()),
            state.Files(name));
        var kept = done.DistinctBy(d => d.Artifact.Fingerprint).SelectMany(d => d.Artifact.Outputs.Select(o => o.Name).Append(Manifest.FileName)
            .Select(file => Path.Combine(store, d.Artifact.Stage, d.Artifact.Fingerprint.ToString(), file)));
        state.SaveLast(name, done.Select(d => (d.Job.Key, d.Job.Request, stage.PartsOf(d.Job))));
        WholeFile.Write(state.ResultFile(name), ResultOf(name, done).Write());
        // The list is written last: until it exists, the stage is not up to date.
        WholeFile.Write(state.FilesFile(name), string.Concat(kept.Concat(shown).Concat(stage.OtherFiles).Select(path => path + "\n")));
    }

    /// <summary>The result for the stages after this one.</summary>
    public static StageResult ResultOf(string name, IEnumerable<(StageJob Job, Artifact Artifact)> done) =>
        new(name, [.. done.Select(d => new JobResult(d.Job.Key, $"{d.Artifact.Stage}/{d.Artifact.Fingerprint}",
            d.Artifact.Outputs) { Source = d.Job.Source, Values = d.Job.Values })]);
}
