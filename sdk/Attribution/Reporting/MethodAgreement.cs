namespace Attribution.Reporting;

/// <summary>How runs of one training and one evaluation set agree.</summary>
/// <param name="Train">The training set.</param>
/// <param name="Eval">The evaluation set.</param>
/// <param name="Runs">The runs, by their place in the list; rows and columns of what follows.</param>
/// <param name="Overlap">How many of the chosen rows two runs have in common, as a share of the smaller choice.</param>
/// <param name="Correlation">Spearman's correlation of the scores of all rows; null where a run has none.</param>
public sealed record MethodAgreement(
    string Train, string Eval, IReadOnlyList<int> Runs, IReadOnlyList<IReadOnlyList<double>> Overlap, IReadOnlyList<IReadOnlyList<double?>> Correlation);
