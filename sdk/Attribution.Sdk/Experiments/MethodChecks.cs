using Attribution.Contracts;
using Attribution.Diagnostics;

namespace Attribution.Sdk.Experiments;

/// <summary>Checks the methods and baselines that a project names, before anything runs.</summary>
/// <param name="problems">Receives the errors.</param>
/// <param name="trainMethods">The AttributionMethod items.</param>
/// <param name="evalMethods">The SelectionMethod items.</param>
/// <param name="baselines">The Baseline items.</param>
internal sealed class MethodChecks(ProblemList problems, IReadOnlyList<string> trainMethods, IReadOnlyList<string> evalMethods, IReadOnlyList<string> baselines)
{
    private const string TrainItem = ProjectItemNames.AttributionMethod, EvalItem = ProjectItemNames.SelectionMethod;

    private static readonly IReadOnlyList<string> Baselines = Names.Of(typeof(BaselineNames)), Personas = Names.Of(typeof(PersonaMethodNames)),
        Methods = [.. Names.Of(typeof(AttributionMethodNames)), .. Names.Of(typeof(TrainedMethodNames))],
            OfModel = [.. AttributionMethodNames.OfWholeModel, TrainedMethodNames.Less];

    /// <summary>Checks that there is something to run, and that each method can be compared with one of the other side.</summary>
    /// <param name="scoringMethods">The scoring methods.</param>
    public void CheckRuns(IReadOnlyList<string> scoringMethods)
    {
        foreach (var baseline in baselines.Except(Baselines))
            problems.Add(new(ErrorCodes.UnknownBaseline,
                $"There is no baseline '{baseline}'. Use {string.Join(", ", Baselines.SkipLast(1))} or {Baselines[^1]}.",
                ProjectItemNames.Baseline, baseline));
        foreach (var method in trainMethods.Intersect(Personas))
            problems.Add(new(ErrorCodes.NothingToRun,
                $"'{method}' makes one vector of an evaluation set and none of training rows: write <SelectionMethod Include=\"{method}\" />.", TrainItem,
                method));
        foreach (var method in trainMethods.Concat(evalMethods).Intersect(Baselines))
            problems.Add(new(ErrorCodes.UnknownBaseline, $"'{method}' is a baseline, not a method: write <Baseline Include=\"{method}\" />.", TrainItem,
                method));
        if (trainMethods.Count == 0 && evalMethods.Count == 0 && baselines.Count == 0)
            problems.Add(new(ErrorCodes.NothingToRun,
                "The project asks for no run. Add <AttributionMethod Include=\"residual_change_treatment\" /> and <SelectionMethod "
                + "Include=\"residual_diff\" /> to an ItemGroup, or a <Baseline Include=\"random\" />."));
        else if (trainMethods.Count == 0 != (evalMethods.Count == 0))
            problems.Add(new(ErrorCodes.NothingToRun, trainMethods.Count == 0
                ? "There are SelectionMethod items and no AttributionMethod: name the method that gives the training rows' vectors, as in "
                    + "<AttributionMethod Include=\"residual_change_treatment\" />."
                : "There are AttributionMethod items and no SelectionMethod: name the method that gives the evaluation rows' vectors, as in "
                    + "<SelectionMethod Include=\"residual_diff\" />."));
        else
            CheckPairs(scoringMethods);
    }

    /// <summary>Checks that the library has each method.</summary>
    public void CheckNames()
    {
        string[] said = [.. Baselines, .. Personas];
        problems.AddRange(UnknownNames.Methods(TrainItem, trainMethods, Methods, said));
        problems.AddRange(UnknownNames.Methods(EvalItem, evalMethods, [.. Methods, .. Personas], said));
    }

    private void CheckPairs(IReadOnlyList<string> scoringMethods)
    {
        foreach (var method in OfModel.Where(method => trainMethods.Contains(method) != evalMethods.Contains(method)))
        {
            var (item, other) = trainMethods.Contains(method) ? (TrainItem, EvalItem) : (EvalItem, TrainItem);
            NoPartner(item, method, $"vectors of {method} pair only with vectors of {method}. Add <{other} Include=\"{method}\" />, or remove it here.");
        }
        // Every other method can be compared with every other method.
        var (train, eval) = (trainMethods.Except(OfModel).ToList(), evalMethods.Except(OfModel).ToList());
        if (train.Count == 0 != (eval.Count == 0))
            NoPartner(train.Count > 0 ? TrainItem : EvalItem, train.Concat(eval).First(),
                $"the other side has {string.Join(" and ", (train.Count > 0 ? evalMethods : trainMethods).Intersect(OfModel))} alone, which "
                    + "pairs only with its like. "
                + $"Add a {(train.Count > 0 ? EvalItem : TrainItem)}, or remove it here.");
        if (trainMethods.FirstOrDefault(OfModel.Contains) is { } ofModel && scoringMethods.Count > 0 && scoringMethods.All(ScoringMethodNames.ReadsControls))
            problems.Add(new(ErrorCodes.MethodsDoNotPair,
                $"ScoringMethod {scoringMethods[0]} reads vectors of residual_control, which do not compare with those of {ofModel}. Use another "
                + $"ScoringMethod, or no {ofModel}.", "ScoringMethod"));
    }

    private void NoPartner(string item, string method, string what) =>
        problems.Add(new(ErrorCodes.MethodsDoNotPair, $"{item} {method} has nothing to compare with: {what}", item, method));
}
