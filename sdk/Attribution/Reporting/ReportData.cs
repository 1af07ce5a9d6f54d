using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace Attribution.Reporting;

/// <summary>A report's data as JSON: the files of <c>out/report</c>, which the page holds unchanged.</summary>
internal static class ReportData
{
    /// <summary>The files' names without their ending.</summary>
    public static IReadOnlyList<string> Names { get; } = ["experiment", "snapshot", "evaluations", "runs", "rows", "agreement", "stages", "provenance", "limits", "build"];

    // Every letter as itself, but < > & ' and " escaped: then the same text is safe inside a page.
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The files' texts, by name.</summary>
    public static IReadOnlyDictionary<string, string> Of(ExperimentReport report)
    {
        object?[] parts = [report.Experiment, report.Snapshot, report.Evaluations, report.Runs, report.Rows, report.Agreement, report.Stages, report.Provenance, report.Limits, report.Build];
        return Names.Zip(parts, (name, part) => KeyValuePair.Create(name, JsonSerializer.Serialize(part, Options) + "\n")).ToDictionary();
    }
}
