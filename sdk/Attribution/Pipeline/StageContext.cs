using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Data.Store;
using Attribution.Data.Store.Remote;
using Attribution.Diagnostics;
using Attribution.Pipeline.Plugins;
using Attribution.Pipeline.Results;

namespace Attribution.Pipeline;

/// <summary>What the stages of a process share: the request, the store, and the results of earlier stages.</summary>
internal sealed class StageContext : IDisposable
{
    private readonly Func<string, StageResult> _upstream;
    private readonly Lazy<PluginSet> _plugins;

    /// <param name="settings">The stage's settings.</param>
    /// <param name="state">The experiment's state; null to use the folder that the request names.</param>
    /// <param name="reporter">Receives messages and progress.</param>
    /// <param name="upstream">Returns the result of an earlier stage; null to read it from the state.</param>
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

    /// <summary>Cancels the planning of the stage, for example while a model is fetched.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>The stage's settings.</summary>
    public StageSettings Settings { get; }

    public StateFolder State { get; }

    public ArtifactStore Store { get; }

    /// <summary>The experiment's own classes. Their assembly is loaded on first use.</summary>
    public PluginSet Plugins => _plugins.Value;

    /// <summary>Whether to accept the metrics as the new snapshot, whatever they are.</summary>
    public bool AcceptSnapshot { get; init; }

    /// <summary>
    /// Whether this process helps another one that runs the stage. A helper computes what is free; it neither waits for the rest nor publishes results.
    /// </summary>
    public bool IsHelper { get; init; }

    /// <summary>Starts a helper for each environment; disposing the result ends them. Null to run the stage in this process only.</summary>
    public Func<IReadOnlyList<HelperEnvironment>, IHelpers>? StartHelpers { get; init; }

    /// <summary>The running helpers; null if there are none. With helpers, artifacts that this process did not compute may still belong to this run.</summary>
    public IHelpers? Helpers { get; set; }

    /// <summary>Workers elsewhere that compute what a stage needs the model for; null where this process and its helpers do.</summary>
    public IRemoteWorkers? RemoteWorkers { get; init; }

    /// <summary>Whether this process leaves the model to <see cref="RemoteWorkers"/> and only puts together what they compute.</summary>
    public bool IsHead { get; set; }

    /// <summary>The progress of the whole stage, for lines about one of its units, for example <c>8 of 21 adapters</c>.</summary>
    public string? Standing { get; set; }

    /// <summary>Whether files may be fetched and changed; explaining changes nothing.</summary>
    public bool ReadOnly { get; init => Store.Hasher.IsReadOnly = field = value; }

    /// <summary>Has the store look elsewhere, too, if it is told to.</summary>
    /// <exception cref="AttributionException">ATTR1814: not there.</exception>
    public void OpenRemote()
    {
        if (Settings.Remote is { } remote)
            Store.Remote ??= RemoteStores.Open(remote, "AttributionRemote");
    }

    /// <summary>The result of an earlier stage.</summary>
    public StageResult Upstream(string stage) => _upstream(stage);

    /// <summary>A file that an earlier stage wrote, as an input.</summary>
    /// <exception cref="AttributionException">ATTR1801: the file has changed since it was written.</exception>
    public InputFile Input(JobResult job, string name)
    {
        var output = job.Outputs.FirstOrDefault(o => o.Name == name)
            ?? throw new AttributionException(ErrorCodes.OutputInvalid,
                $"The artifact {job.Artifact} has no file '{name}'; it has {string.Join(", ", job.Outputs.Select(o => o.Name))}.");
        var path = Path.Combine(Store.Root, job.Artifact, name);
        if (!File.Exists(path) || Store.Hasher.HashFile(path) != output.Hash)
            throw new AttributionException(ErrorCodes.StoreDamaged,
                $"The file '{name}' of the artifact {job.Artifact} is missing or damaged. Build again: the stage that wrote it repairs it.")
            { File = path };
        return new InputFile(path);
    }

    /// <summary>All files of an earlier stage's job, as inputs by name.</summary>
    /// <exception cref="AttributionException">ATTR1801: a file has changed since it was written.</exception>
    public IReadOnlyDictionary<string, InputFile> Inputs(JobResult job) => job.Outputs.ToDictionary(o => o.Name, o => Input(job, o.Name));

    /// <summary>Completes a request with the hash of the code that counts: the library's, and the experiment's own if it takes part.</summary>
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
