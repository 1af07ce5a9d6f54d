using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Attribution.Sdk.Tests.Generated;

/// <summary>
/// The tables of the benchmark's page, written from the snapshot of experiments/ground-truth: each stands between a comment with the name of its evaluation set
/// and one that ends it.
/// </summary>
internal static partial class BenchmarkTables
{
    public const string Page = "sdk/docs/benchmark.md", Snapshot = "experiments/ground-truth/snapshots/metrics.verified.json";

    // Of the k-curve, the first point.
    private const int K = 20;

    /// <summary>The page with its tables as they should be.</summary>
    public static string WriteInto(string page, string snapshot)
    {
        JsonNode[] runs = [.. JsonNode.Parse(snapshot)!["runs"]!.AsObject().Select(run => run.Value!)];
        return Table().Replace(page, match => $"<!-- ground truth: {match.Groups[1].Value} -->\n{Rows(runs, match.Groups[1].Value)}<!-- end -->");
    }

    /// <summary>The evaluation sets whose tables a page holds.</summary>
    public static IEnumerable<string> SetsOf(string page) => Table().Matches(page).Select(match => match.Groups[1].Value);

    private static string Rows(JsonNode[] runs, string eval)
    {
        var measured = runs.Where(run => Setting(run, "ground_truth") is not null && Setting(run, "eval") == eval).OrderByDescending(run => Metric(run, "lds"));
        var rows = measured.Select(lds =>
        {
            var run = runs.SingleOrDefault(run => Setting(run, "ground_truth") is null && (int?)run["settings"]!["top_k"] == K
                && Setting(run, "end") is null or "top"
                && ((string[])["eval", "attribution", "selection", "layer", "scoring_method"]).All(name => Setting(run, name) == Setting(lds, name)));
            return (string[])[Title(lds), Number(run, "precision_at_k"), Metric(run, "auroc")?.ToString("0.00", CultureInfo.InvariantCulture) ?? "",
                Number(lds, "lds"), Number(lds, "lds_per_row", "0.000") + (Setting(lds, "row_scores") == "set" ? " *" : ""), Number(run, "judged_mean")];
        });
        return string.Concat(rows.Prepend(["---", "---", "---", "---", "---", "---"])
            .Prepend(["method, scoring", $"precision@{K}", "AUROC", "LDS", "LDS by evaluation row", "judged score"])
            .Select(row => $"| {string.Join(" | ", row)} |\n".Replace("|  |", "| |", StringComparison.Ordinal)));
    }

    private static string Title(JsonNode run)
    {
        var (attribution, selection) = (Setting(run, "attribution"), Setting(run, "selection"));
        return (selection is null || selection == attribution ? $"`{attribution}`" : $"`{attribution}` x `{selection}`")
            + (Setting(run, "scoring_method") is { } scoring ? $", `{scoring}`" : "");
    }

    private static string Number(JsonNode? run, string metric, string format = "0.00") => Metric(run, metric) is not { } value ? ""
        : value.ToString(format, CultureInfo.InvariantCulture)
            + (Metric(run, $"{metric}_lower") is { } lower && Metric(run, $"{metric}_upper") is { } upper
                ? string.Create(CultureInfo.InvariantCulture, $" [{lower:0.00}, {upper:0.00}]") : "");

    private static double? Metric(JsonNode? run, string name) => (double?)run?["metrics"]![name];

    private static string? Setting(JsonNode run, string name) => run["settings"]![name]?.ToString();

    [GeneratedRegex("<!-- ground truth: ([a-z]+) -->\n.*?<!-- end -->", RegexOptions.Singleline)]
    private static partial Regex Table();
}
