namespace Attribution.Selection.Probes;

/// <summary>How the training of a probe went.</summary>
/// <param name="Rows">Vectors it was trained and validated on, of both kinds.</param>
/// <param name="Skipped">Vectors left out because they are zero or not finite.</param>
/// <param name="Epochs">Epochs that ran.</param>
/// <param name="BestEpoch">The epoch, from 1, whose weights were kept.</param>
/// <param name="TrainLoss">The mean weighted cross-entropy of that epoch's steps.</param>
/// <param name="ValidationLoss">That of the held-out vectors after it.</param>
/// <param name="ValidationAccuracy">The share of the held-out vectors whose logit has the right sign.</param>
public sealed record ProbeFit(int Rows, int Skipped, int Epochs, int BestEpoch, double TrainLoss, double ValidationLoss, double ValidationAccuracy);
