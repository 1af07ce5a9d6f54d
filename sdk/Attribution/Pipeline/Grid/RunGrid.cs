using Attribution.Contracts;
using Attribution.Contracts.DataSelection;

namespace Attribution.Pipeline.Grid;

/// <summary>
/// A run's point of the grid. An axis with a single value in the whole experiment is not named, so that the names and folders of runs contain only what
/// differs.
/// </summary>
/// <param name="Named">The values on the axes that have several values.</param>
/// <param name="Values">The values on all axes.</param>
internal readonly record struct GridPoint(RunPoint Named, RunPoint Values)
{
    /// <summary>The point without any values.</summary>
    public static GridPoint Origin { get; } = new(new(), new());
}

/// <summary>
/// The grid of an experiment's runs: enumerates its points in one order. A stage adds the axes that it is the first to read to the points of the stage before
/// it, so that a result that does not depend on an axis is one job, not one per value.
/// </summary>
internal static class RunGrid
{
    /// <summary>
    /// The points of a method pair at one layer: scorings, then k and the ends of the ranking, then seeds if a probe gives the scores, because its training has
    /// a seed.
    /// </summary>
    public static IEnumerable<GridPoint> OfScores(SelectTrainingDataSettings settings, Func<string, bool>? suits = null) =>
        Along([GridPoint.Origin], settings.ScoringMethods, (point, scoring) => point with { ScoringMethod = scoring })
            .Where(point => suits?.Invoke(point.Values.ScoringMethod!) != false)
            .SelectMany(point => OfTopK(settings, [point]))
            .SelectMany(point => OfEnds(settings, [point]))
            .SelectMany(point => ScoringMethodNames.IsProbe(point.Values.ScoringMethod!) ? OfSeeds(settings.Seeds ?? [0], [point]) : [point]);

    /// <summary>The points of random draws: k, then seeds.</summary>
    public static IEnumerable<GridPoint> OfDraws(SelectTrainingDataSettings settings) => OfSeeds(settings.Seeds ?? [0], OfTopK(settings, [GridPoint.Origin]));

    /// <summary>The points of a baseline that scores rows: k and the ends of the ranking.</summary>
    public static IEnumerable<GridPoint> OfBaseline(SelectTrainingDataSettings settings) => OfEnds(settings, OfTopK(settings, [GridPoint.Origin]));

    /// <summary>The points of training on a selection's rows: learning rates, epochs, ranks, then seeds. A selection that has a seed keeps it.</summary>
    public static IEnumerable<GridPoint> OfTraining(FineTuneSettings settings, GridPoint selection)
    {
        var points = Along([selection], settings.LearningRates, (point, rate) => point with { LearningRate = rate });
        points = Along(points, settings.Epochs, (point, epochs) => point with { Epochs = epochs });
        points = Along(points, settings.Lora.Ranks, (point, rank) => point with { LoraRank = rank });
        return selection.Values.Seed is null ? OfSeeds(settings.Seeds, points) : points;
    }

    /// <summary>The points of the base model, which samples its answers with each seed.</summary>
    public static IEnumerable<GridPoint> OfBaseModel(EvaluateSettings settings) => OfSeeds(settings.Seeds, [GridPoint.Origin]);

    /// <summary>The greatest number of models that answer the prompts of an evaluation set: the base model with each seed, and the model of each run.</summary>
    public static int MostModels(SelectTrainingDataSettings selection, FineTuneSettings training)
    {
        var pairs = selection.TrainMethods.Length * selection.EvalMethods.Length * selection.SelectionLayers.Length;
        var selections = Enumerable.Repeat(OfScores(selection), pairs).SelectMany(points => points)
            .Concat(selection.Baselines.Intersect(BaselineNames.Scored).SelectMany(_ => OfBaseline(selection)))
            .Concat(selection.Baselines.Contains(BaselineNames.Random) ? OfDraws(selection) : []);
        return training.Seeds.Length + (selection.Train.Length * selections.Sum(point => OfTraining(training, point).Count()));
    }

    private static IEnumerable<GridPoint> OfEnds(SelectTrainingDataSettings settings, IEnumerable<GridPoint> points) =>
        settings.Ends is { } ends ? Along(points, ends, (point, end) => point with { End = end }) : points;

    private static IEnumerable<GridPoint> OfTopK(SelectTrainingDataSettings settings, IEnumerable<GridPoint> points) =>
        Along(points, settings.TopK, (point, k) => point with { TopK = k });

    private static IEnumerable<GridPoint> OfSeeds(long[] seeds, IEnumerable<GridPoint> points) =>
        Along(points, seeds, (point, seed) => point with { Seed = seed });

    private static IEnumerable<GridPoint> Along<T>(IEnumerable<GridPoint> points, T[] values, Func<RunPoint, T, RunPoint> at) =>
        from point in points
        from value in values
        select new GridPoint(values.Length > 1 ? at(point.Named, value) : point.Named, at(point.Values, value));
}
