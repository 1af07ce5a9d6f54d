using Attribution.Contracts;
using Attribution.Contracts.DataSelection;

namespace Attribution.Sdk.Experiments;

/// <summary>The stages that a GroundTruth item needs.</summary>
internal sealed partial class DataSelectionReader
{
    private PlannedStage RetrainSubsets(GroundTruthItems truth) => new(ModelStage<RetrainSubsetsSettings>(StageNames.RetrainSubsets) with
    {
        Train = [.. _train.Select(d => d.Name)],
        Subsets = truth.Subsets,
        Seeds = truth.RetrainSeeds ?? Seeds(),
    }, ModelFiles);

    private PlannedStage MeasureLds(SelectTrainingDataSettings selection) => new(Settings<MeasureLdsSettings>(StageNames.MeasureLds) with
    {
        Train = [.. _train.Select(d => d.Name)],
        Eval = [.. _eval.Select(d => d.Name)],
        Whitening = selection.Whitening,
    });
}
