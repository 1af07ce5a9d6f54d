using Attribution.Evaluation.Statistics;

namespace Attribution.Pipeline.Context;

/// <summary>
/// Confidence intervals of a method's measures on a dataset's held-out examples, and of differences between two methods, by a bootstrap over examples.
/// </summary>
internal static class ContextIntervals
{
    /// <summary>A measure over examples.</summary>
    /// <param name="Name">The measure's name in the table.</param>
    /// <param name="Of">Returns the measure's value over the examples at the given positions; NaN if none of them has a value.</param>
    internal sealed record Measure(string Name, Func<IReadOnlyList<MeasuredExample>, IEnumerable<int>, double> Of);

    /// <summary>The mean LDS.</summary>
    public static Measure Lds { get; } = new("LDS", (each, places) => places.Select(i => each[i].Lds).OfType<double>().DefaultIfEmpty(double.NaN).Average());

    /// <summary>The share of sentences whose highest-scored source is right.</summary>
    public static Measure Top1 { get; } = new("top-1 right", (each, places) =>
    {
        var (known, right) = (0, 0);
        foreach (var i in places)
            (known, right) = (known + each[i].Known, right + each[i].Right);
        return known == 0 ? double.NaN : (double)right / known;
    });

    /// <summary>The interval of a method's measure.</summary>
    public static Interval Of(Measure measure, MethodLine line) => Bootstrap.Of(line.Each.Count, places => measure.Of(line.Each, places));

    /// <summary>The interval of the difference between two methods on the same examples.</summary>
    public static Interval Difference(Measure measure, MethodLine first, MethodLine second) =>
        Bootstrap.Of(first.Each.Count, places => measure.Of(first.Each, places) - measure.Of(second.Each, places));

    /// <summary>
    /// The method with the highest value of a measure, and the methods that are not significantly below it; null if no method has the measure.
    /// </summary>
    public static (string First, IReadOnlyList<string> NotTold)? Highest(Measure measure, IReadOnlyList<(string Method, MethodLine Line)> methods)
    {
        var values = methods.Select(m => (m.Method, m.Line, Value: measure.Of(m.Line.Each, Enumerable.Range(0, m.Line.Each.Count)))).Where(m =>
            !double.IsNaN(m.Value)).ToArray();
        if (values.Length == 0)
            return null;
        var first = values.MaxBy(m => m.Value);
        return (first.Method, [.. values.Where(m => m.Method != first.Method && !Difference(measure, first.Line, m.Line).ExcludesZero).Select(m => m.Method)]);
    }
}
