using Attribution.Evaluation.Statistics;

namespace Attribution.Pipeline.Context;

/// <summary>
/// What the measures of a method on a dataset's held-out examples tell: intervals, and differences of two methods, by a bootstrap over examples.
/// </summary>
internal static class ContextIntervals
{
    /// <summary>A measure of examples.</summary>
    /// <param name="Name">What the table calls it.</param>
    /// <param name="Of">Its value over the examples at some places; NaN where none of them has one.</param>
    internal sealed record Measure(string Name, Func<IReadOnlyList<MeasuredExample>, IEnumerable<int>, double> Of);

    /// <summary>The mean LDS.</summary>
    public static Measure Lds { get; } = new("LDS", (each, places) => places.Select(i => each[i].Lds).OfType<double>().DefaultIfEmpty(double.NaN).Average());

    /// <summary>The share of sentences whose first source is right.</summary>
    public static Measure Top1 { get; } = new("top-1 right", (each, places) =>
    {
        var (known, right) = (0, 0);
        foreach (var i in places)
            (known, right) = (known + each[i].Known, right + each[i].Right);
        return known == 0 ? double.NaN : (double)right / known;
    });

    /// <summary>A measure of a method.</summary>
    public static Interval Of(Measure measure, MethodLine line) => Bootstrap.Of(line.Each.Count, places => measure.Of(line.Each, places));

    /// <summary>How much higher one method is than another on the same examples.</summary>
    public static Interval Difference(Measure measure, MethodLine first, MethodLine second) =>
        Bootstrap.Of(first.Each.Count, places => measure.Of(first.Each, places) - measure.Of(second.Each, places));

    /// <summary>The method that is highest by a measure, and those that are not told from it; null where no method has the measure.</summary>
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
