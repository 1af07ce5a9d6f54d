using Attribution.Contracts;
using Attribution.Diagnostics;
using Attribution.Pipeline.Results;

namespace Attribution.Pipeline;

/// <summary>
/// Runs the stages of an experiment from C#, as a build does. Each stage takes earlier results from the store, computes the rest block by block, and writes its
/// results to a folder for people and for the stages after it. A program that is stopped and started again continues where it stopped.
/// </summary>
/// <remarks>
/// Unlike a build, the pipeline runs every stage that it is asked to run; a stage with nothing to do takes a moment. Run the stages in the order of
/// <see cref="ExperimentStage.DataSelection"/> or <see cref="ExperimentStage.ContextAttribution"/>: a stage reads the results of the stages before it. A
/// pipeline runs one stage at a time; several processes may share a store.
/// </remarks>
/// <param name="folder">The experiment's folder, with its results in <c>out</c>, the state of its stages in <c>state</c> and its store in <c>store</c>.</param>
public sealed class ExperimentPipeline(string folder)
{
    /// <summary>The folder of the artifact store. Experiments that use the same store share their common results.</summary>
    public string Store { get; init; } = Path.Combine(folder, "store");

    /// <summary>The experiment's name, which the report shows.</summary>
    public string Name { get; init; } = Path.GetFileName(Path.GetFullPath(folder));

    /// <summary>Receives the messages and the progress of stages.</summary>
    public StageReporter Reporter { get; init; } = new();

    /// <summary>The folder of results, laid out as a build's.</summary>
    public string Out => Path.Combine(folder, "out");

    private string State => Path.Combine(folder, "state");

    /// <summary>Runs a stage.</summary>
    /// <param name="settings">The stage's settings. Their type selects the stage. The pipeline fills in the folders and the stages before it. Other paths are
    /// absolute or relative to the current folder.</param>
    /// <param name="cancellation">Checked between blocks, and in long ones between steps and tokens. Finished work is kept.</param>
    /// <returns>What the stage did.</returns>
    /// <exception cref="ArgumentException">No stage has settings of this type.</exception>
    /// <exception cref="AttributionException">The error that stopped the stage, with its code and, where known, file, row and property.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public StageOutcome Run(StageSettings settings, CancellationToken cancellation = default)
    {
        var stages = ExperimentStage.All.Where(stage => stage.Settings == settings.GetType()).ToArray();
        // A stage that several kinds of experiment have reads the results that exist.
        var stage = stages.MaxBy(stage => stage.Upstream.Count(HasResult))
            ?? throw new ArgumentException($"There is no stage of {settings.GetType().Name}.", nameof(settings));
        settings = settings with
        {
            Stage = stage.Name,
            Experiment = Name,
            Store = Store,
            State = State,
            Out = Out,
            Upstream = [.. stage.Upstream.Where(name => (stages.Length == 1 && !IsOptional(name)) || HasResult(name))]
        };
        // The report reads the settings of the other stages from these files.
        WholeFile.Write(Path.Combine(State, $"{stage.Name}.request.json"), StageRequestJson.Write(settings));
        using var context = new StageContext(settings, Reporter);
        using var run = StageList.Create(context);
        var summary = StageRunner.Run(stage.Name, run, context, cancellation);
        return new StageOutcome(summary.Jobs, summary.Ran, TimeSpan.FromSeconds(summary.Seconds));
    }

    private static bool IsOptional(string stage) => ExperimentStage.All.All(s => s.Name != stage || s.OnlyWith is not null);

    private bool HasResult(string stage) => File.Exists(new StateFolder(State).ResultFile(stage));
}

/// <summary>The outcome of a stage.</summary>
/// <param name="Jobs">The number of its results, for example vector tables, selections or adapters; equal ones count once.</param>
/// <param name="Ran">The number of results that this run computed; the others were in the store.</param>
/// <param name="Elapsed">The stage's duration.</param>
public readonly record struct StageOutcome(int Jobs, int Ran, TimeSpan Elapsed);
