using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Attribution.Pipeline;
using Attribution.Pipeline.Snapshots;
using Attribution.Pipeline.Verdicts;
using Attribution.Worker.Querying;
using Attribution.Worker.Stages;
using Spectre.Console;

namespace Attribution.Worker.Comparison;

/// <summary>A comparison as a table for people, and as JSON for programs.</summary>
internal static class ComparisonReport
{
    private const string Drop = "top5_drop", Nothing = "-", Same = "=", Indent = "  ";

    // Beside each other: of the selection of training data; its differences to the draw at random; of ground truth; and of context attribution.
    private static readonly (string[] Metrics, bool Intervals)[] Headlines =
    [
        ([ResultTable.Precision, ResultTable.Gap, ResultTable.Judged], false),
        ([ResultTable.Judged + SeedGroup.OverRandom, ResultTable.Gap + SeedGroup.OverRandom], true),
        (["top1_accuracy", "lds", Drop], false), (["lds", "lds_per_row"], true),
    ];

    /// <summary>
    /// Writes a section per evaluation set, a line per run, and for each metric A, B and B - A, with what is known of its deviation over seeds and its
    /// interval; or a line per metric, if all are asked for. Then what was said of the runs of each, as the experiments' own builds decided it.
    /// </summary>
    /// <param name="comparison">What to write.</param>
    /// <param name="console">Where.</param>
    /// <param name="all">Every metric, instead of the few that say the most.</param>
    public static void WriteTable(MetricsComparison comparison, IAnsiConsole console, bool all)
    {
        // In a narrower terminal the columns would lose what they say; the terminal wraps the lines instead.
        console.Profile.Width = Math.Max(console.Profile.Width, QueryResultTable.Widest);
        console.WriteLine($"A: {comparison.A.Name}");
        console.WriteLine($"B: {comparison.B.Name}");
        var known = comparison.Pairs.SelectMany(p => p.Metrics).Select(m => m.Name).Distinct().ToArray();
        // Both kinds of experiments have an LDS; methods of context attribution alone have drops, with or without known sources.
        var ofContexts = known.Contains(Drop);
        (string[] Metrics, bool Intervals)[] headlines = [.. Headlines.Where(headline => headline.Metrics.Contains(Drop) == ofContexts)
            .Select(headline => (headline.Metrics.Intersect(known).ToArray(), headline.Intervals)).Where(headline => headline.Item1.Length > 0)];
        all |= headlines.Length == 0;
        foreach (var line in SettingLines(comparison).Concat(OnlyLines("A", comparison.OnlyA)).Concat(OnlyLines("B", comparison.OnlyB)))
            console.WriteLine(line);
        if (comparison.Pairs.Count == 0)
        {
            console.WriteLine("No run of A has a counterpart in B.");
            return;
        }
        if (all)
            console.Write(LongTableOf(comparison));
        else
            foreach (var (metrics, intervals) in headlines)
                console.Write(TableOf([.. comparison.Pairs.Where(pair => pair.Metrics.Any(metric => metrics.Contains(metric.Name)))], metrics, intervals));
        foreach (var line in VerdictLines(comparison))
            console.WriteLine(line);
        string[] shown = all ? known : [.. headlines.SelectMany(headline => headline.Metrics).SelectMany(metric =>
            new[] { metric, metric + SeedGroup.Deviation, metric + SeedGroup.Lower, metric + SeedGroup.Upper })];
        var hidden = comparison.Pairs.SelectMany(p => p.Metrics).Where(m => !shown.Contains(m.Name) && m.A != m.B).Select(m => m.Name).Distinct().Count();
        console.WriteLine($"{comparison.Pairs.Count} runs, {comparison.Pairs.Count(p => p.Metrics.Any(m => m.A != m.B))} with a difference"
            + (hidden > 0 ? $"; {hidden} more metrics differ, --all shows them" : ""));
    }

    /// <summary>
    /// The comparison as JSON: per run its settings that differ and every metric with <c>a</c>, <c>b</c> and <c>difference</c>, b - a; and the verdicts of
    /// both.
    /// </summary>
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
        verdicts = comparison.Verdicts.Select(pair => new { pair.Train, pair.Eval, pair.A, pair.B }),
    }, Readable.Indented);

    private static IEnumerable<string> SettingLines(MetricsComparison comparison) => comparison.Pairs
        .SelectMany(p => p.ChangedSettings)
        .GroupBy(s => (s.Name, A: Text(s.A), B: Text(s.B)))
        .Select(g => $"{g.Key.Name}: {g.Key.A} -> {g.Key.B} ({RunCount(g.Count(), comparison.Pairs.Count)})");

    private static string RunCount(int count, int all) => count == all ? "all runs" : count == 1 ? "1 run" : $"{count} runs";

    private static IEnumerable<string> OnlyLines(string side, IReadOnlyList<string> runs) => runs.Select(run => $"only in {side}: {run}");

    private static IEnumerable<string> VerdictLines(MetricsComparison comparison)
    {
        var (a, b) = (comparison.A.Metrics, comparison.B.Metrics);
        var (labelsA, labelsB) = (new RunLabels(a.OverSeeds.Values), new RunLabels(b.OverSeeds.Values));
        foreach (var pair in comparison.Verdicts)
        {
            yield return $"{pair.Train} -> {pair.Eval}";
            foreach (var line in Lines("A", pair.A, a, labelsA).Concat(Lines("B", pair.B, b, labelsB)))
                yield return line;
        }

        static string[] Lines(string side, Verdict? verdict, Metrics metrics, RunLabels labels) => verdict is null ? [$"{Indent}{side}: no verdict"]
            : [$"{Indent}{side}: {ResultTable.Reasons(verdict, metrics, labels)}", $"{Indent}   verdict: {verdict.Text}"];
    }

    private static Table TableOf(RunPair[] pairs, string[] metrics, bool intervals)
    {
        var cells = pairs.Select(pair => metrics.Select(metric => Cell(pair, metric, intervals)).ToArray()).ToArray();
        var table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("").NoWrap());
        var widths = metrics.Select((_, m) => Enumerable.Range(0, 3).Select(part => cells.Max(row => row[m][part].Length)).ToArray()).ToArray();
        foreach (var (m, metric) in metrics.Index())
            table.AddColumn(new TableColumn($"{metric}\n{Aligned(["A", "B", "B - A"], Wider(widths[m]))}".EscapeMarkup()).RightAligned().NoWrap());
        foreach (var section in pairs.Index().GroupBy(p => p.Item.Common("eval")))
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
        var table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("").NoWrap()).AddColumn(new TableColumn("metric").NoWrap());
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

    private static string[] Cell(RunPair pair, string metric, bool intervals = false)
    {
        var (a, b) = (pair.RunA.Metrics.GetValueOrDefault(metric), pair.RunB.Metrics.GetValueOrDefault(metric));
        return [Shown(pair.RunA), Shown(pair.RunB), a == b ? a is null ? Nothing : Same : b - a is { } difference
            ? difference.ToString("+0.000;-0.000;+0.000", CultureInfo.InvariantCulture) : Nothing];

        string Shown(RunMetrics run)
        {
            double? Of(string end) => run.Metrics.GetValueOrDefault(metric + end);
            return ResultTable.Mean(run.Metrics.GetValueOrDefault(metric), Of(SeedGroup.Deviation), "0.000")
                + (intervals && Of(SeedGroup.Lower) is { } lower && Of(SeedGroup.Upper) is { } upper
                    ? string.Create(CultureInfo.InvariantCulture, $" [{lower:0.000}, {upper:0.000}]") : "");
        }
    }

    // The methods identify the run, as in a build's table; if they do not, its name does.
    private static string[] Labels(IReadOnlyList<RunPair> pairs)
    {
        var labels = pairs.Select(pair => pair.Common("attribution") is not { } attribution ? pair.A : pair.Common("selection") is { } selection
            ? $"{attribution} x {selection}" : attribution).ToArray();
        return [.. labels.Select((label, i) => labels.Count(l => l == label) == 1 ? label : pairs[i].A)];
    }

    private static string Text(JsonNode? value) => value?.ToString() ?? "none";
}
