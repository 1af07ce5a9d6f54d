namespace Attribution.Reporting.TensorBoard;

/// <summary>A point of a curve.</summary>
/// <param name="Step">The training step; 0 is before the first.</param>
/// <param name="Tag">The curve's name; what stands before a <c>/</c> groups curves.</param>
/// <param name="Value">The value.</param>
public readonly record struct ScalarPoint(long Step, string Tag, double Value);
