namespace Attribution.Evaluation;

/// <summary>How well a model predicts an evaluation set's answers.</summary>
/// <param name="Treatment">The mean loss of the treatments, in nats per token; null without any.</param>
/// <param name="Control">The mean loss of the controls; null without any.</param>
/// <param name="Skipped">How many conversations were left out because truncation cut their answer away.</param>
public sealed record CrossEntropy(double? Treatment, double? Control, int Skipped)
{
    /// <summary>
    /// Control minus treatment: how much better the model predicts the behaviour than its absence. Training that instils the behaviour
    /// raises it. Null unless both are there.
    /// </summary>
    public double? Gap => Control - Treatment;
}
