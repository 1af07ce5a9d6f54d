namespace Attribution.Reporting;

/// <summary>How well a method attributes the held-out answers of a dataset.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Method">The method; <c>at2</c> is the estimator.</param>
/// <param name="Metrics">Its line of <c>metrics.json</c>.</param>
public sealed record ContextMethod(string Dataset, string Method, IReadOnlyDictionary<string, double?> Metrics);
