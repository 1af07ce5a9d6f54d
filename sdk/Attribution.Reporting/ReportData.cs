using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace Attribution.Reporting;

/// <summary>A report's data as JSON: the files of <c>out/report</c>, which the page contains unchanged.</summary>
internal static class ReportData
{
    // All letters unescaped, but < > & ' and " escaped, so that the same text is safe inside a page.
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Data as JSON that a page can contain unchanged.</summary>
    public static string Write(object data) => JsonSerializer.Serialize(data, Options) + "\n";

    /// <summary>The files' texts, by name without extension. Data that an experiment does not have has no file.</summary>
    public static IReadOnlyDictionary<string, string> Of(ExperimentReport report)
    {
        (string Name, object? Part)[] parts =
        [
            ("experiment", report.Experiment), ("snapshot", report.Snapshot), ("evaluations", report.Evaluations), ("runs", report.Runs),
            ("comparisons", report.Comparisons.Count > 0 ? report.Comparisons : null), ("rows", report.Rows), ("agreement", report.Agreement),
            ("ground_truth", report.GroundTruth.Count > 0 ? report.GroundTruth : null), ("context", report.Context), ("stages", report.Stages),
            ("provenance", report.Provenance), ("limits", report.Limits), ("build", report.Build),
        ];
        return parts.Where(p => p.Part is not null).ToDictionary(p => p.Name, p => Write(p.Part!));
    }
}

/// <summary>The styles and scripts of pages, which are embedded in the assembly.</summary>
internal static class PageFile
{
    /// <summary>The text of a file, with line feeds as line breaks.</summary>
    public static string Read(string name)
    {
        using var file = new StreamReader(typeof(PageFile).Assembly.GetManifestResourceStream(name)!);
        return file.ReadToEnd().ReplaceLineEndings("\n");
    }
}
