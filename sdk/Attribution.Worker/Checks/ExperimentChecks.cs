using Attribution.Contracts;
using Attribution.Contracts.ContextAttribution;
using Attribution.Contracts.DataSelection;
using Attribution.Diagnostics;
using Attribution.Pipeline;
using Attribution.Pipeline.Context;

namespace Attribution.Worker.Checks;

/// <summary>
/// Finds what is wrong with an experiment before anything is computed: from its requests, the beginnings of its files, the model's configuration and one
/// request to the judging endpoint. Checks that take longer are left to the stages.
/// </summary>
internal sealed class ExperimentChecks
{
    private readonly List<AttributionException> _problems = [];
    private readonly IReadOnlyList<StageSettings> _stages;

    private ExperimentChecks(IReadOnlyList<StageSettings> stages) => _stages = stages;

    /// <summary>All problems, each once.</summary>
    /// <param name="stages">The settings of the experiment's stages.</param>
    /// <param name="isKnown">Whether all outputs of a stage are already in the store, so that no endpoint is needed; called only if an endpoint has a
    /// problem.</param>
    /// <param name="cancellation">Stops the wait for an endpoint.</param>
    public static IReadOnlyList<AttributionException> Run(IReadOnlyList<StageSettings> stages, Func<string, bool> isKnown, CancellationToken cancellation)
    {
        var checks = new ExperimentChecks(stages);
        checks.CheckAll(isKnown, cancellation);
        return [.. checks._problems.DistinctBy(problem => (problem.Code, problem.Message, problem.File))];
    }

    private void CheckAll(Func<string, bool> isKnown, CancellationToken cancellation)
    {
        // A store that exists may be shared and only read: a stage that must write to it says so.
        foreach (var folder in _stages.SelectMany(stage => File.Exists(Path.Combine(stage.Store, StageRunner.StoreMarker))
            ? new[] { stage.Out, stage.State } : [stage.Out, stage.State, stage.Store]).Distinct())
            Try(() => PlaceCheck.RequireWritable(folder));
        var files = new DatasetChecks(Try);
        if (Find<ImportDatasetsSettings>() is { } import)
            files.Look(import);
        CheckRows(files);
        var questions = Find<GenerateSettings>()?.Datasets ?? [];
        foreach (var dataset in questions)
            Try(() => GenerateStage.Open(dataset));
        foreach (var model in _stages.OfType<ModelSettings>().GroupBy(stage => (stage.Model, stage.ChatTemplate)))
            Try(() => ModelCheck.Run([.. model], files.HasMessages || questions.Length > 0, cancellation));
        foreach (var (llm, stage) in new[] { (Find<JudgeSettings>()?.Llm, StageNames.Judge), (Find<ImportDatasetsSettings>()?.Llm, StageNames.ImportDatasets) })
            if (llm is not null)
                Try(() => EndpointCheck.Run(llm, () => isKnown(stage), cancellation));
        if (Find<JudgeSettings>() is { } judge)
            foreach (var eval in judge.Eval.Where(eval => eval.Judge == JudgeNames.Llm))
                Try(() => JudgeStage.PromptOf(eval));
    }

    private void CheckRows(DatasetChecks files)
    {
        if (Find<ComputeAttributionSettings>() is { } vectors)
            files.RequireControls(vectors);
        if (Find<SelectTrainingDataSettings>() is { } selection)
        {
            files.RequireRows(selection);
            files.RequirePlantedColumns(selection);
        }
    }

    private T? Find<T>()
        where T : StageSettings => _stages.OfType<T>().FirstOrDefault();

    private void Try(Action check)
    {
        try
        {
            check();
        }
        catch (AttributionException problem)
        {
            _problems.Add(problem);
        }
    }
}
