namespace Attribution.Contracts.DataSelection;

/// <summary>The property <c>TopK</c> against the number of training rows. The build, the worker's check and the selection itself ask this one rule.</summary>
internal static class TopKRule
{
    /// <summary>What is wrong with k, and what to do; null if nothing is.</summary>
    /// <param name="k">The number of rows to select.</param>
    /// <param name="available">The number of rows that can be selected.</param>
    /// <param name="withoutScore">The number of rows that cannot, because they have no score.</param>
    public static string? ProblemOf(int k, long available, int withoutScore = 0) =>
        k <= 0 ? $"TopK is {k}; it must be at least 1."
        : k <= available ? null
        : $"TopK is {k}, but only {available} training rows can be selected"
            + (withoutScore > 0 ? $" ({withoutScore} more have no score: their vector is zero or not finite)" : "") + $". Set TopK to at most {available}.";

    /// <summary>The largest number of rows that a selection takes from a training set; 0 if it takes none.</summary>
    public static int MostOf(SelectTrainingDataSettings settings) =>
        settings.TrainMethods.Length == 0 && settings.Baselines.All(baseline => baseline == BaselineNames.None) ? 0 : settings.TopK.Max();
}
