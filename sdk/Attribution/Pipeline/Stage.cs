using System.Reflection;
using Attribution.Contracts;
using Attribution.Data.Store;
using Attribution.Pipeline.Results;

namespace Attribution.Pipeline;

/// <summary>A stage of an experiment: computes results from its request and from the results of the stages before it.</summary>
internal abstract class Stage(StageContext context) : IDisposable
{
    protected StageContext Context { get; } = context;

    /// <summary>The name of one job's result in the summary line, for example <c>selection</c>.</summary>
    public abstract string Noun { get; }

    /// <summary>The number of blocks of rows, in total and computed by this run; null if the stage does not work by blocks.</summary>
    public BlockProgress? Blocks { get; private set; }

    /// <summary>Whether the model was loaded.</summary>
    public virtual bool ModelLoaded => false;

    /// <summary>The jobs, in the experiment's order. Reads requests, results and hashes, and loads nothing large.</summary>
    public abstract IReadOnlyList<StageJob> Plan();

    /// <summary>The work that several processes can share, from which their number is decided; null if one process does it all.</summary>
    public virtual SharedWork? Share(IReadOnlyList<StageJob> missing) => null;

    /// <summary>
    /// Computes the jobs that are not in the store. Any number of processes may do so at the same time: each takes a job, or a part of one, that no other
    /// process has. A helper returns when nothing is free. Other processes wait for what helpers and other builds still compute, and take over what a dead
    /// process leaves.
    /// </summary>
    public virtual IEnumerable<Artifact> Produce(IReadOnlyList<StageJob> missing, CancellationToken cancellation)
    {
        var open = new List<StageJob>(missing);
        var progress = new StageProgress(Context);
        // What is free of all jobs comes before the wait for a part of one that another process has.
        foreach (var job in missing)
            job.HelpWithParts?.Invoke(cancellation);
        if (Context.IsHelper)
            open.RemoveAll(job => job.ComputeParts is not null);
        while (open.Count > 0)
        {
            var before = open.Count;
            foreach (var job in open.ToArray())
            {
                cancellation.ThrowIfCancellationRequested();
                Context.Standing = progress.Tell(missing.Count - open.Count, missing.Count, Noun);
                Context.Reporter.Progress(() => Context.Standing);
                job.ComputeParts?.Invoke(cancellation);
                if (Make(job, cancellation) is not { } made)
                    continue;
                open.Remove(job);
                yield return made;
            }
            if (open.Count < before)
                continue;
            if (Context.IsHelper)
                yield break;
            cancellation.WaitHandle.WaitOne(BlockComputation.Pause);
        }
    }

    // Null if another process is at it, or if it failed and that was noted.
    private Artifact? Make(StageJob job, CancellationToken cancellation)
    {
        if (Context.IsHead && job.ComputeParts is null)
            return Context.Store.TryGet(job.Request) ?? throw new UnitMissingException();
        Artifact? made = null;
        var unit = $"{job.Request.Stage}/{job.Request.Fingerprint}";
        Context.Store.Units.Try(unit, () => made = Context.Store.GetOrCreateUnlessHeld(job.Request, builder =>
        {
            Context.Store.Units?.Began(unit, null);
            job.Produce!(builder, cancellation);
        }, cancellation));
        return made;
    }

    /// <summary>The artifacts that a job's artifact was assembled from, if this run assembled it.</summary>
    public virtual IReadOnlyList<ContentHash> PartsOf(StageJob job) => [];

    /// <summary>The files of a job under <c>out/</c>.</summary>
    public abstract IEnumerable<ShownFile> Show(StageJob job, Artifact artifact);

    /// <summary>The cost of the missing jobs other than time, shown by the <c>explain</c> command.</summary>
    public virtual IEnumerable<string> Forecast(IReadOnlyList<StageJob> missing) => [];

    /// <summary>The units that are to be computed, shown by the <c>explain</c> command.</summary>
    public virtual IEnumerable<StageUnits> Units(IReadOnlyList<StageJob> missing) =>
        missing.GroupBy(job => job.Request.Stage).Select(jobs => new StageUnits(jobs.First().Request, Noun, jobs.Count()));

    /// <summary>The files of the whole stage under <c>out/</c>, written when it has finished.</summary>
    public virtual IEnumerable<ShownFile> Show() => [];

    /// <summary>Other files, besides artifacts and <c>out/</c>, that must exist for the stage to be up to date.</summary>
    public virtual IEnumerable<string> OtherFiles => [];

    /// <summary>Runs after all jobs are done, before the results are published.</summary>
    /// <returns>The stage's summary, if its jobs do not give one.</returns>
    public virtual string? Finish() => null;

    public virtual void Dispose()
    {
    }

    /// <summary>Adds a run over blocks to <see cref="Blocks"/>; a stage has one run for each dataset.</summary>
    protected void Count(BlockProgress run)
    {
        var before = Blocks ?? default;
        Blocks = new BlockProgress(before.Finished + run.Finished, before.Ran + run.Ran, before.Total + run.Total);
    }

    /// <summary>Takes back what was counted: what it was counted of is done once more.</summary>
    public void Recount() => Blocks = null;

    /// <summary>Says how many of the blocks were computed, where others have computed them.</summary>
    public void CountElsewhere(int ran) => Blocks = Blocks is { } blocks ? blocks with { Ran = ran } : null;

    /// <summary>Shows a file of an artifact unchanged.</summary>
    protected static ShownFile Copy(Artifact artifact, string name, string path) =>
        ShownFile.Of(path, artifact.PathOf(name), artifact.Outputs.Single(o => o.Name == name));
}

/// <summary>A stage with settings of its own type, by which <see cref="StageList"/> finds it.</summary>
internal abstract class Stage<TSettings>(StageContext context) : Stage(context)
    where TSettings : StageSettings
{
    protected TSettings Settings { get; } = (TSettings)context.Settings;
}

/// <summary>The stages of an experiment.</summary>
internal static class StageList
{
    /// <summary>The names, in the order in which stages run; an experiment has some of them.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. ExperimentStage.All.Select(stage => stage.Name).Distinct()];

    // A separate assembly that nothing here refers to, so that changing the page does not change the library (LibraryHash). No result depends on it.
    private const string Reporting = "Attribution.Reporting";

    /// <summary>The stage for the settings of a context: <c>FineTuneStage</c> for <c>FineTuneSettings</c>.</summary>
    public static Stage Create(StageContext context)
    {
        var name = context.Settings.GetType().Name.Replace("Settings", "Stage", StringComparison.Ordinal);
        // Found by name: scanning every type of the library would load libtorch for stages that do not need it.
        string[] places = ["", ".Context", ".GroundTruth"];
        var stage = places.Select(place => typeof(StageList).Assembly.GetType($"{typeof(StageList).Namespace}{place}.{name}")).FirstOrDefault(type =>
            type is not null) ?? Type.GetType($"{Reporting}.{name}, {Reporting}")
            ?? throw new InvalidOperationException($"There is no {name} in {typeof(StageList).Namespace}, and {context.Settings.GetType().Name} asks for it. "
                + $"The report is a package of its own, {Reporting}: a program that writes one references it.");
        return (Stage)Activator.CreateInstance(stage, BindingFlags.Public | BindingFlags.Instance | BindingFlags.DoNotWrapExceptions, null, [context], null)!;
    }
}
