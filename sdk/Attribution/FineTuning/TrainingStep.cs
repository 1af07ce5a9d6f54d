namespace Attribution.FineTuning;

/// <summary>One step of training, as a line of the loss curve.</summary>
/// <param name="Step">From 1.</param>
/// <param name="Epoch">How many epochs are done after it, in parts: 0.5 is half the rows once.</param>
/// <param name="Loss">The mean of the rows' losses before the step.</param>
/// <param name="LearningRate">The learning rate of the step.</param>
/// <param name="GradientNorm">The norm of the adapter's gradient.</param>
/// <param name="Tokens">How many tokens the losses are over.</param>
public readonly record struct TrainingStep(int Step, double Epoch, double Loss, double LearningRate, double GradientNorm, int Tokens);
