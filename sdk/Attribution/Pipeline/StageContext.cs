using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Pipeline.Plugins;
using Attribution.Pipeline.Results;

namespace Attribution.Pipeline;

/// <summary>What the stages of one process share: the request, the store, the results of the stages before.</summary>
internal sealed class StageContext : IDisposable
{
    private readonly Func<string, StageResult> _upstream;
    private readonly Lazy<PluginSet> _plugins;

    /// <param name="settings">What the stage is told.</param>
    /// <param name="state">The experiment's state; null for the one that the request names.</param>
    /// <param name="reporter">Told how it goes.</param>
    /// <param name="upstream">Gives the result of a stage before; null to read it from the state.</param>
    public StageContext(StageSettings settings, StageReporter reporter, string? state = null, Func<string, StageResult>? upstream = null)
    {
        Settings = settings;
        Reporter = reporter;
        State = new StateFolder(state ?? Settings.State);
        Store = new ArtifactStore(Settings.Store, notify: Notify);
        _upstream = upstream ?? (stage => StageResult.Read(State.ResultFile(stage), stage));
        _plugins = new(() => new PluginSet([.. (Settings.Plugins ?? []).Select(p => p.Path)]));
    }

    public StageReporter Reporter { get; }

    /// <summary>Stops what plans the stage, such as fetching a model.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>What the stage is told.</summary>
    public StageSettings Settings { get; }

    public StateFolder State { get; }

    public ArtifactStore Store { get; }

    /// <summary>The experiment's own classes; its assembly is loaded when it is first asked for.</summary>
    public PluginSet Plugins => _plugins.Value;

    /// <summary>Whether the metrics are to become the snapshot, whatever they are.</summary>
    public bool AcceptSnapshot { get; init; }

    /// <summary>
    /// Whether this process helps another that runs the stage: it computes what is free, and neither waits for the rest nor leaves results for the stages
    /// behind.
    /// </summary>
    public bool IsHelper { get; init; }

    /// <summary>Starts helpers, as many as it is told; what it returns ends them. Null where the stage is to be run by this process alone.</summary>
    public Func<IReadOnlyList<HelperEnvironment>, IHelpers>? StartHelpers { get; init; }

    /// <summary>The helpers at work; what this process has not computed itself may then have been computed for this run all the same.</summary>
    public IHelpers? Helpers { get; set; }

    /// <summary>Workers elsewhere that compute what a stage needs the model for; null where this process and its helpers do.</summary>
    public IRemoteWorkers? RemoteWorkers { get; init; }

    /// <summary>Whether this process leaves the model to <see cref="RemoteWorkers"/> and only puts together what they compute.</summary>
    public bool IsHead { get; set; }

    /// <summary>How far the stage as a whole has come, for lines about one of its units; such as <c>8 of 21 adapters</c>.</summary>
    public string? Standing { get; set; }

    /// <summary>Whether files may be fetched and changed; explaining changes nothing.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>The result of a stage before this one.</summary>
    public StageResult Upstream(string stage) => _upstream(stage);

    /// <summary>A file that a stage before this one wrote, as an input.</summary>
    /// <exception cref="AttributionException">ATTR1801: it is no longer as it was written.</exception>
    public InputFile Input(JobResult job, string name)
    {
        var output = job.Outputs.FirstOrDefault(o => o.Name == name)
            ?? throw new AttributionException(ErrorCodes.OutputInvalid,
                $"The artifact {job.Artifact} has no file '{name}'; it has {string.Join(", ", job.Outputs.Select(o => o.Name))}.");
        var path = Path.Combine(Store.Root, job.Artifact, name);
        if (!File.Exists(path) || Store.Hasher.HashFile(path) != output.Hash)
            throw new AttributionException(ErrorCodes.StoreDamaged,
                $"The file '{name}' of the artifact {job.Artifact} is missing or damaged. Build again: the stage that wrote it mends it.")
            { File = path };
        return new InputFile(path);
    }

    /// <summary>All files of a job of a stage before this one, as inputs by name.</summary>
    /// <exception cref="AttributionException">ATTR1801: one is no longer as it was written.</exception>
    public IReadOnlyDictionary<string, InputFile> Inputs(JobResult job) => job.Outputs.ToDictionary(o => o.Name, o => Input(job, o.Name));

    /// <summary>Fixes a request. The code that counts is the library, and the experiment's own where it takes part.</summary>
    public StageRequest Resolve(string stage, object request, ContentHash? own = null) =>
        StageRequest.Resolve(stage, request, Store.Hasher, own is { } code ? ContentHash.Of($"{Code} {code}") : Code);

    private static ContentHash Code { get; } = LibraryHash.Current;

    public void Dispose() => Store.Dispose();

    private void Notify(StoreEvent e)
    {
        if (e.Code is not null)
            Reporter.Warning(e.Code, e.Message, Store.Root);
        else
            Reporter.Detail(e.Message);
    }
}
