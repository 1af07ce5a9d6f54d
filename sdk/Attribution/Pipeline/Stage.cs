using System.Reflection;
using Attribution.Contracts;
using Attribution.Data.Store;
using Attribution.Pipeline.Results;

namespace Attribution.Pipeline;

/// <summary>A stage of an experiment: what it makes from its request and from what the stages before it made.</summary>
internal abstract class Stage(StageContext context) : IDisposable
{
    protected StageContext Context { get; } = context;

    /// <summary>What one job makes, for the summary: such as <c>selection</c>.</summary>
    public abstract string Noun { get; }

    /// <summary>How many blocks of rows there were and how many of them were computed, where the stage works by blocks.</summary>
    public BlockProgress? Blocks { get; private set; }

    /// <summary>Whether the model was loaded.</summary>
    public virtual bool ModelLoaded => false;

    /// <summary>The jobs, in the order of the experiment. Reads requests, results and hashes; loads nothing large.</summary>
    public abstract IReadOnlyList<StageJob> Plan();

    /// <summary>What several processes may compute at once, for the decision how many there are; null where one process does it all.</summary>
    public virtual SharedWork? Share(IReadOnlyList<StageJob> missing) => null;

    /// <summary>Called before helpers start, for what can be known only then.</summary>
    public virtual void BeforeHelpers(IReadOnlyList<StageJob> missing)
    {
    }

    /// <summary>
    /// Makes the jobs that are not in the store. Any number of processes may do so at once: each takes a job, or a part of one, that no other process has. A
    /// helper returns when nothing is free; others wait for what helpers and other builds still compute, and take over what a dead one leaves.
    /// </summary>
    public virtual IEnumerable<Artifact> Produce(IReadOnlyList<StageJob> missing, CancellationToken cancellation)
    {
        var open = new List<StageJob>(missing);
        var progress = new StageProgress(Context);
        while (open.Count > 0)
        {
            var before = open.Count;
            foreach (var job in open.ToArray())
            {
                cancellation.ThrowIfCancellationRequested();
                Context.Standing = progress.Tell(missing.Count - open.Count, missing.Count, Noun);
                Context.Reporter.Progress(() => Context.Standing);
                job.ComputeParts?.Invoke(cancellation);
                if (Context.IsHelper && job.ComputeParts is not null)
                {
                    open.Remove(job);
                    continue;
                }
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

    /// <summary>The artifacts that a job's was put together from, if that was done now.</summary>
    public virtual IReadOnlyList<ContentHash> PartsOf(StageJob job) => [];

    /// <summary>What people find of a job under <c>out/</c>.</summary>
    public abstract IEnumerable<ShownFile> Show(StageJob job, Artifact artifact);

    /// <summary>For people who ask before they build: what jobs that are to run would cost beside time.</summary>
    public virtual IEnumerable<string> Forecast(IReadOnlyList<StageJob> missing) => [];

    /// <summary>For people who ask before they build: what is to be computed, in the units in which it is kept.</summary>
    public virtual IEnumerable<StageUnits> Units(IReadOnlyList<StageJob> missing) =>
        missing.GroupBy(job => job.Request.Stage).Select(jobs => new StageUnits(jobs.First().Request, Noun, jobs.Count()));

    /// <summary>What people find of the stage as a whole under <c>out/</c>, once it has finished.</summary>
    public virtual IEnumerable<ShownFile> Show() => [];

    /// <summary>Files beyond artifacts and <c>out/</c> that the stage is stale without.</summary>
    public virtual IEnumerable<string> OtherFiles => [];

    /// <summary>What is left to do once all jobs are done and before anything is left for others.</summary>
    /// <returns>What the stage did, where that is not told by its jobs.</returns>
    public virtual string? Finish() => null;

    public virtual void Dispose()
    {
    }

    /// <summary>Adds a run over blocks to <see cref="Blocks"/>: a stage has one for each dataset.</summary>
    protected void Count(BlockProgress run)
    {
        var before = Blocks ?? default;
        Blocks = new BlockProgress(before.Finished + run.Finished, before.Ran + run.Ran, before.Total + run.Total);
    }

    /// <summary>Takes back what was counted: what it was counted of is done once more.</summary>
    public void Recount() => Blocks = null;

    /// <summary>Says how many of the blocks were computed, where others have computed them.</summary>
    public void CountElsewhere(int ran) => Blocks = Blocks is { } blocks ? blocks with { Ran = ran } : null;

    /// <summary>A file of an artifact, shown as it is.</summary>
    protected static ShownFile Copy(Artifact artifact, string name, string path) =>
        ShownFile.Of(path, artifact.PathOf(name), artifact.Outputs.Single(o => o.Name == name));
}

/// <summary>A stage that is told its own settings; <see cref="StageList"/> finds it by their type.</summary>
internal abstract class Stage<TSettings>(StageContext context) : Stage(context)
    where TSettings : StageSettings
{
    protected TSettings Settings { get; } = (TSettings)context.Settings;
}

/// <summary>The stages of an experiment.</summary>
internal static class StageList
{
    /// <summary>Their names, in the order in which they run; an experiment has some of them.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. ExperimentStage.All.Select(stage => stage.Name).Distinct()];

    // An assembly of its own that nothing here refers to, so that a changed page is no changed library (LibraryHash). No result depends on it.
    private const string Reporting = "Attribution.Reporting";

    /// <summary>The stage that the settings of a context are for: of <c>FineTuneSettings</c> it is <c>FineTuneStage</c>.</summary>
    public static Stage Create(StageContext context)
    {
        var name = context.Settings.GetType().Name.Replace("Settings", "Stage", StringComparison.Ordinal);
        // Found by its name: a look at every type of the library would load libtorch for stages that have no use for it.
        string[] places = ["", ".Context", ".GroundTruth"];
        var stage = places.Select(place => typeof(StageList).Assembly.GetType($"{typeof(StageList).Namespace}{place}.{name}")).FirstOrDefault(type =>
            type is not null) ?? Type.GetType($"{Reporting}.{name}, {Reporting}")
            ?? throw new InvalidOperationException($"There is no {name} in {typeof(StageList).Namespace}, and {context.Settings.GetType().Name} asks for it. "
                + $"The report is a package of its own, {Reporting}: a program that writes one references it.");
        return (Stage)Activator.CreateInstance(stage, BindingFlags.Public | BindingFlags.Instance | BindingFlags.DoNotWrapExceptions, null, [context], null)!;
    }
}
