using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Selection;

namespace Attribution.Pipeline;

/// <summary>Writes the files of a selection.</summary>
internal static class SelectionFiles
{
    /// <summary>Writes the rows, all scores, and the facts.</summary>
    /// <param name="builder">The artifact.</param>
    /// <param name="pool">The training set, which has read the selected rows.</param>
    /// <param name="scores">The scores of all rows; for a random draw, those of the drawn rows.</param>
    /// <param name="chosen">The selected rows, best first.</param>
    /// <param name="planted">The rows planted with the behaviour; null if not known.</param>
    /// <param name="scorer">The scorer of the rows; null for baselines.</param>
    public static void Write(
        ArtifactBuilder builder, TrainingPool pool, IReadOnlyList<ScoredRow> scores, IReadOnlyList<ScoredRow> chosen, PlantedRows? planted, RowScorer? scorer)
    {
        var selected = pool.Join(chosen);
        if (planted is not null && !pool.HasPlantedColumn)
            throw new AttributionException(ErrorCodes.DatasetColumnMissing,
                $"No training row has the column '{planted.Column}' that PlantedColumn names, so nothing would be found by it. Correct the name, or leave "
                + $"PlantedColumn out.")
            { Property = "PlantedColumn" };
        SelectedRows.Write(builder.PathOf(SelectTrainingDataStage.SelectedFile), selected);
        SelectedRows.WriteDataset(builder.PathOf(SelectTrainingDataStage.TrainFile), selected.OrderBy(row => row.Index).Select(row => row.Treatment));
        ScoredRows.Write(builder.PathOf(SelectTrainingDataStage.ScoresFile), scores);

        var shown = planted is null ? null : pool.Planted(planted.Trait);
        var found = shown is null ? null : RetrievalMeasures.Of(scores, shown.Contains, chosen.Count);
        // A random draw orders only the rows that it drew.
        var ordered = scores.Count == pool.Count ? found : null;
        new SelectionFacts
        {
            TopK = chosen.Count,
            TrainRows = scores.Count,
            RowsWithoutScore = scores.Count(s => !float.IsFinite(s.Score)),
            EvalRows = scorer?.RowCount,
            EvalAnswerCutAway = scorer?.SkippedCount,
            LowestScore = scorer is null ? null : chosen[^1].Score,
            ProbeEpochs = scorer?.Probe?.Fit.Epochs,
            ProbeConverged = scorer?.Probe?.Fit.Converged,
            ProbeValidationAccuracy = scorer?.Probe?.Fit.ValidationAccuracy,
            PrecisionAtK = shown is null ? null : (double)chosen.Count(row => shown.Contains(row.Index)) / chosen.Count,
            RecallAtK = shown is null or { Count: 0 } ? null : (double)chosen.Count(row => shown.Contains(row.Index)) / shown.Count,
            ReciprocalRank = ordered?.ReciprocalRank,
            Auroc = ordered?.Auroc,
            Auprc = ordered?.Auprc,
            PlantedShare = shown is null ? null : (double)shown.Count / pool.Count,
        }.Write(builder.PathOf(SelectTrainingDataStage.FactsFile));
    }
}
