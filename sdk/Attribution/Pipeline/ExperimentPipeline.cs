using Attribution.Contracts;
using Attribution.Diagnostics;
using Attribution.Pipeline.Results;

namespace Attribution.Pipeline;

/// <summary>
/// Runs the stages of an experiment from C# as a build does: each takes from the store what was computed before, computes the rest block by block, and
/// leaves its results in a folder that people and the stages behind it read. A program that is stopped and started again goes on where it was.
/// </summary>
/// <remarks>
/// Unlike a build it runs each stage that it is told to; one that has nothing to do takes a moment. Stages are run in the order of
/// <see cref="ExperimentStage.DataSelection"/> or <see cref="ExperimentStage.ContextAttribution"/>, and a stage reads the results that those before it left.
/// One pipeline runs one stage at a time; several processes may share a store.
/// </remarks>
/// <param name="folder">Where the experiment lies: its results in <c>out</c>, the notes of its stages in <c>state</c>, its store in <c>store</c>.</param>
public sealed class ExperimentPipeline(string folder)
{
    /// <summary>The artifact store. Experiments that name one store share what they have in common.</summary>
    public string Store { get; init; } = Path.Combine(folder, "store");

    /// <summary>The experiment's name, for its report.</summary>
    public string Name { get; init; } = Path.GetFileName(Path.GetFullPath(folder));

    /// <summary>Told how stages go.</summary>
    public StageReporter Reporter { get; init; } = new();

    /// <summary>Where results are shown, in the layout of a build's.</summary>
    public string Out => Path.Combine(folder, "out");

    private string State => Path.Combine(folder, "state");

    /// <summary>Runs a stage.</summary>
    /// <param name="settings">
    /// What it is told; which stage it is, their type says. Where things lie and which stages come before it the pipeline knows. Other paths are absolute or
    /// relative to the current folder.
    /// </param>
    /// <param name="cancellation">Looked at between blocks, and between the steps and tokens of long ones. What was finished is kept.</param>
    /// <returns>What the stage did.</returns>
    /// <exception cref="ArgumentException">There is no stage of such settings.</exception>
    /// <exception cref="AttributionException">What stopped it; its code says what, and its file, row and property where.</exception>
    /// <exception cref="OperationCanceledException">It was told to stop.</exception>
    public StageOutcome Run(StageSettings settings, CancellationToken cancellation = default)
    {
        var stages = ExperimentStage.All.Where(stage => stage.Settings == settings.GetType()).ToArray();
        // Stages that several kinds of experiment have read what is there.
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
        // The report tells what the other stages were asked.
        WholeFile.Write(Path.Combine(State, $"{stage.Name}.request.json"), StageRequestJson.Write(settings));
        using var context = new StageContext(settings, Reporter);
        using var run = StageList.Create(context);
        var summary = StageRunner.Run(stage.Name, run, context, cancellation);
        return new StageOutcome(summary.Jobs, summary.Ran, TimeSpan.FromSeconds(summary.Seconds));
    }

    private static bool IsOptional(string stage) => ExperimentStage.All.All(s => s.Name != stage || s.OnlyWith is not null);

    private bool HasResult(string stage) => File.Exists(new StateFolder(State).ResultFile(stage));
}

/// <summary>What a stage did.</summary>
/// <param name="Jobs">The results that it made or found, such as tables of vectors, selections or adapters; equal ones count once.</param>
/// <param name="Ran">How many of them were computed now; the others were in the store.</param>
/// <param name="Elapsed">How long it took.</param>
public readonly record struct StageOutcome(int Jobs, int Ran, TimeSpan Elapsed);
