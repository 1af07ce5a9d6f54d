using System.Globalization;
using System.Text;
using Attribution.ContextAttribution;
using Attribution.Evaluation.Statistics;

namespace Attribution.Pipeline.Context;

/// <summary>The methods of an experiment in context attribution as plain text that fits a screen: a section per dataset, a line per method.</summary>
internal static class ContextTable
{
    private const string Nothing = "-", Indent = "  ", Between = "  ";
    private const int Longest = 100;
    private static readonly string[] Columns = ["top-1 right", "LDS", "drop 1", "drop 3", "drop 5", "passes", "seconds"];

    /// <summary>
    /// The table. Drops are in nats; passes and seconds are per example; intervals are 95% over examples. Each section ends with the methods that are not
    /// significantly below the highest.
    /// </summary>
    public static string Of(IReadOnlyList<(string Dataset, string Method, MethodLine Line)> lines, ScoreEstimatorTraining training)
    {
        var text = new StringBuilder();
        var known = lines.Any(l => l.Line.Known > 0);
        var used = Enumerable.Range(0, Columns.Length + 1).Where(c => c != 1 || known).ToArray();
        var cells = lines.Select(l => (l.Dataset, Cells: Cells(l.Method, l.Line))).ToArray();
        string[] header = ["", .. Columns];
        var widths = used.Select(c => cells.Select(l => l.Cells[c].Length).Append(header[c].Length).Max()).ToArray();
        Line(header);
        foreach (var section in lines.GroupBy(l => l.Dataset))
        {
            var first = section.First().Line;
            text.Append(CultureInfo.InvariantCulture, $"{section.Key}, {first.Examples} held-out examples, {first.Sentences} sentences");
            if (first.Excluded > 0)
                text.Append(CultureInfo.InvariantCulture, $", {first.Excluded} more left out");
            text.Append('\n');
            foreach (var line in cells.Where(l => l.Dataset == section.Key))
                Line(line.Cells);
            foreach (var measure in (ContextIntervals.Measure[])[ContextIntervals.Top1, ContextIntervals.Lds])
                if (ContextIntervals.Highest(measure, [.. section.Select(l => (l.Method, l.Line))]) is var (highest, notTold))
                    Verdict($"{measure.Name}: {highest} is highest, ",
                        notTold.Count == 0 ? "and told from every other" : $"and not told from {string.Join(", ", notTold)}");
        }
        text.Append(CultureInfo.InvariantCulture, $"at2: trained on {training.ExampleCount} examples with {training.UnitCount} sentences, "
            + $"{training.MaskCount} ablations each; correlation {training.Correlation:0.000}");
        if (training.ExcludedCount > 0)
            text.Append(CultureInfo.InvariantCulture, $"; {training.ExcludedCount} left out");
        return text.Append('\n').ToString();

        void Verdict(string what, string whom)
        {
            var line = Indent + what;
            foreach (var word in whom.Split(' '))
            {
                if (line.Length + word.Length > Longest)
                {
                    text.Append(line.TrimEnd()).Append('\n');
                    line = Indent + Indent;
                }
                line += word + ' ';
            }
            text.Append(line.TrimEnd()).Append('\n');
        }

        void Line(string[] line) => text.Append((Indent + string.Join(Between,
            used.Select((c, i) => i == 0 ? line[c].PadRight(widths[i]) : line[c].PadLeft(widths[i])))).TrimEnd()).Append('\n');
    }

    private static string[] Cells(string method, MethodLine line) =>
    [
        method, line.Known == 0 ? Nothing : Number(ContextIntervals.Of(ContextIntervals.Top1, line)), Number(ContextIntervals.Of(ContextIntervals.Lds, line)),
            Number(line.Mean.Top1Drop),
            Number(line.Mean.Top3Drop), Number(line.Mean.Top5Drop),
        line.Mean.ForwardPasses.ToString("0.#", CultureInfo.InvariantCulture), line.Mean.Seconds.ToString("0.000", CultureInfo.InvariantCulture),
    ];

    private static string Number(Interval value) => double.IsNaN(value.Estimate) ? Nothing : double.IsNaN(value.Lower) ? Number(value.Estimate)
        : string.Create(CultureInfo.InvariantCulture, $"{value.Estimate:0.000} [{value.Lower:0.00}, {value.Upper:0.00}]");

    private static string Number(double? value) => value?.ToString("0.000", CultureInfo.InvariantCulture) ?? Nothing;
}
