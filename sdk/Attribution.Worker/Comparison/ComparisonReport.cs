using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Attribution.Pipeline;
using Attribution.Worker.Stages;
using Spectre.Console;

namespace Attribution.Worker.Comparison;

/// <summary>A comparison as a table for people, and as JSON for programs.</summary>
internal static class ComparisonReport
{
    private const string Nothing = "-", Same = "=", Indent = "  ";

    // For data selection, and for context attribution.
    private static readonly string[] Headline = [ResultTable.Precision, ResultTable.Gap, ResultTable.Judged, "top1_accuracy", "lds", "top5_drop"];

    private const int MostBesideEachOther = 3;

    /// <summary>Writes a section per evaluation set with a line per run, and for each metric A, B and B - A; or a line per metric if there are many.</summary>
    /// <param name="comparison">The comparison.</param>
    /// <param name="console">The console to write to.</param>
    /// <param name="all">Whether to show every metric instead of the most important ones.</param>
    public static void WriteTable(MetricsComparison comparison, IAnsiConsole console, bool all)
    {
        console.WriteLine($"A: {comparison.A.Name}");
        console.WriteLine($"B: {comparison.B.Name}");
        var known = comparison.Pairs.SelectMany(p => p.Metrics).Select(m => m.Name).Distinct().ToArray();
        // An experiment of another kind has none of these.
        string[] shown = !all && Headline.Intersect(known).ToArray() is { Length: > 0 } headline ? headline : known;
        foreach (var line in SettingLines(comparison).Concat(OnlyLines("A", comparison.OnlyA)).Concat(OnlyLines("B", comparison.OnlyB)))
            console.WriteLine(line);
        if (comparison.Pairs.Count == 0)
        {
            console.WriteLine("No run of A has a counterpart in B.");
            return;
        }
        console.Write(shown.Length <= MostBesideEachOther ? TableOf(comparison, shown) : LongTableOf(comparison));
        var hidden = comparison.Pairs.SelectMany(p => p.Metrics).Where(m => !shown.Contains(m.Name) && m.A != m.B).Select(m => m.Name).Distinct().Count();
        console.WriteLine($"{comparison.Pairs.Count} runs, {comparison.Pairs.Count(p => p.Metrics.Any(m => m.A != m.B))} with a difference"
            + (hidden > 0 ? $"; {hidden} more metrics differ, --all shows them" : ""));
    }

    /// <summary>The comparison as JSON: for each run its settings that differ, and every metric with <c>a</c>, <c>b</c> and <c>difference</c>, b - a.</summary>
    public static string ToJson(MetricsComparison comparison) => JsonSerializer.Serialize(new
    {
        a = comparison.A.Name,
        b = comparison.B.Name,
        runs = comparison.Pairs.Select(pair => new
        {
            a = pair.A,
            b = pair.B,
            settings = pair.ChangedSettings.ToDictionary(s => s.Name, s => new { s.A, s.B }),
            metrics = pair.Metrics.ToDictionary(m => m.Name, m => new { m.A, m.B, difference = m.B - m.A }),
        }),
        comparison.OnlyA,
        comparison.OnlyB,
    }, Readable.Indented);

    private static IEnumerable<string> SettingLines(MetricsComparison comparison) => comparison.Pairs
        .SelectMany(p => p.ChangedSettings)
        .GroupBy(s => (s.Name, A: Text(s.A), B: Text(s.B)))
        .Select(g => $"{g.Key.Name}: {g.Key.A} -> {g.Key.B} ({(g.Count() == comparison.Pairs.Count ? "all runs" : g.Count() == 1 ? "1 run" : $"{g.Count()} runs")})");

    private static IEnumerable<string> OnlyLines(string side, IReadOnlyList<string> runs) => runs.Select(run => $"only in {side}: {run}");

    private static Table TableOf(MetricsComparison comparison, string[] metrics)
    {
        var cells = comparison.Pairs.Select(pair => metrics.Select(metric => Cell(pair, metric)).ToArray()).ToArray();
        var table = new Table().Border(TableBorder.Simple).AddColumn("");
        var widths = metrics.Select((_, m) => Enumerable.Range(0, 3).Select(part => cells.Max(row => row[m][part].Length)).ToArray()).ToArray();
        foreach (var (m, metric) in metrics.Index())
            table.AddColumn(new TableColumn($"{metric}\n{Aligned(["A", "B", "B - A"], Wider(widths[m]))}".EscapeMarkup()).RightAligned().NoWrap());
        foreach (var section in comparison.Pairs.Index().GroupBy(p => p.Item.Common("eval")))
        {
            var (indent, labels) = (section.Key is null ? "" : Indent, Labels([.. section.Select(p => p.Item)]));
            if (section.Key is not null)
                table.AddRow(section.Key.EscapeMarkup());
            foreach (var ((row, _), label) in section.Zip(labels))
                table.AddRow([$"{indent}{label}".EscapeMarkup(), .. metrics.Select((_, m) => Styled(cells[row][m], Wider(widths[m])))]);
        }
        return table;
    }

    private static Table LongTableOf(MetricsComparison comparison)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("", "metric");
        foreach (var column in (string[])["A", "B", "B - A"])
            table.AddColumn(new TableColumn(column).RightAligned().NoWrap());
        foreach (var pair in comparison.Pairs)
            foreach (var (place, metric) in pair.Metrics.Index())
                table.AddRow([(place == 0 ? pair.A : "").EscapeMarkup(), metric.Name.EscapeMarkup(), .. Cell(pair, metric.Name)]);
        return table;
    }

    // Room for "B - A" above the differences.
    private static int[] Wider(int[] widths) => [widths[0], widths[1], Math.Max(widths[2], 5)];

    private static string Styled(string[] cell, int[] widths)
    {
        var text = Aligned(cell, widths).EscapeMarkup();
        return cell[2] is Same or Nothing ? $"[dim]{text}[/]" : text;
    }

    private static string Aligned(string[] parts, int[] widths) => string.Join(' ', parts.Zip(widths, (part, width) => part.PadLeft(width)));

    private static string[] Cell(RunPair pair, string metric)
    {
        var (a, b) = (pair.RunA.Metrics.GetValueOrDefault(metric), pair.RunB.Metrics.GetValueOrDefault(metric));
        return [Number(a), Number(b), a == b ? a is null ? Nothing : Same : b - a is { } difference
            ? difference.ToString("+0.000;-0.000;+0.000", CultureInfo.InvariantCulture) : Nothing];
    }

    // The methods identify the run, as in a build's table; if they do not, its name does.
    private static string[] Labels(IReadOnlyList<RunPair> pairs)
    {
        var labels = pairs.Select(pair => pair.Common("attribution") is not { } attribution ? pair.A : pair.Common("selection") is { } selection
            ? $"{attribution} x {selection}" : attribution).ToArray();
        return [.. labels.Select((label, i) => labels.Count(l => l == label) == 1 ? label : pairs[i].A)];
    }

    private static string Number(double? value) => value?.ToString("0.000", CultureInfo.InvariantCulture) ?? Nothing;

    private static string Text(JsonNode? value) => value?.ToString() ?? "none";
}
