using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Attribution.Contracts;
using Attribution.Pipeline;
using Attribution.Pipeline.Snapshots;
using Attribution.Reporting;

namespace Attribution.Worker.GitHub;

/// <summary>
/// Reports the result of a snapshot to GitHub Actions: an annotation of the snapshot file for each metric that moved, and a table in the job's summary.
/// <see href="https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands">Workflow commands</see>.
/// </summary>
internal static partial class SnapshotOnGitHub
{
    private const string File = "metrics.verified.json";

    /// <summary>GitHub shows at most this many annotations of a step.</summary>
    private const int MostAnnotations = 10;

    private const int MostRows = 200;

    /// <summary>Writes the report if this runs in a GitHub workflow.</summary>
    /// <param name="settings">The settings of the stage.</param>
    /// <param name="context">The context of the stage, with the verdict.</param>
    public static void Tell(VerifySnapshotSettings settings, StageContext context)
    {
        if (Environment.GetEnvironmentVariable("GITHUB_ACTIONS") != "true" || SnapshotVerdictFile.TryRead(context.State) is not { } verdict)
            return;
        var file = Path.GetFullPath(Path.Combine(settings.Snapshots, File));
        foreach (var line in Annotations(verdict, file))
            context.Reporter.Annotation(line);
        if (Environment.GetEnvironmentVariable("GITHUB_STEP_SUMMARY") is { Length: > 0 } summary)
            System.IO.File.AppendAllText(summary, Summary(settings.Experiment, verdict));
    }

    private static IEnumerable<string> Annotations(SnapshotVerdict verdict, string file)
    {
        if (verdict.Differences.Count == 0)
            yield break;
        var text = System.IO.File.Exists(file) ? System.IO.File.ReadAllLines(file) : [];
        // GitHub finds the file by its path in the repository.
        var shown = Environment.GetEnvironmentVariable("GITHUB_WORKSPACE") is { Length: > 0 } workspace ? Path.GetRelativePath(workspace, file) : file;
        foreach (var difference in verdict.Differences.Take(MostAnnotations))
            yield return string.Create(CultureInfo.InvariantCulture,
                $"::error file={Property(shown.Replace('\\', '/'))},line={LineOf(text, difference)},title=Snapshot differs::{Data(Words(difference))}");
    }

    /// <summary>The result of a snapshot, in Markdown.</summary>
    public static string Summary(string experiment, SnapshotVerdict verdict)
    {
        var differences = verdict.Differences.Count;
        var text = new StringBuilder($"### {Cell(experiment)}: {verdict.Outcome switch
        {
            SnapshotVerdict.Equal => $"{verdict.Metrics} metrics equal the snapshot",
            SnapshotVerdict.Accepted => $"{verdict.Metrics} metrics accepted as the snapshot",
            SnapshotVerdict.None => "no snapshot to compare with",
            SnapshotVerdict.Invalid => "the snapshot cannot be read",
            _ => $"{differences} difference{(differences == 1 ? "" : "s")} from the snapshot",
        }}\n\n");
        if (verdict.Message is { } message)
            text.Append(CultureInfo.InvariantCulture, $"{Cell(Shown.Of(message))}\n\n");
        if (differences == 0)
            return text.ToString();
        text.Append("| run | metric | expected | got | tolerance |\n|---|---|--:|--:|--:|\n");
        foreach (var d in verdict.Differences.Take(MostRows))
            text.Append(CultureInfo.InvariantCulture, $"| {Cell(d.Run)} | {Cell(d.Metric ?? "")} | {Cell(d.Expected)} | {Cell(d.Got)} | {d.Tolerance} |\n");
        if (differences > MostRows)
            text.Append(CultureInfo.InvariantCulture, $"\nand {differences - MostRows} more\n");
        return text.Append('\n').ToString();
    }

    private static string Words(MetricDifference d) => string.Create(CultureInfo.InvariantCulture,
        $"{(d.Metric is null ? "run" : $"{d.Metric} of")} {d.Run}: expected {d.Expected}, got {d.Got}{(d.Tolerance is { } t ? $", tolerance {t}" : "")}");

    // The line of the metric within its run; the line of the run if the metric has none; the first line if there is no such run.
    private static int LineOf(string[] lines, MetricDifference difference)
    {
        var run = Array.FindIndex(lines, line => IsKey(line, difference.Run));
        var metric = run < 0 || difference.Metric is not { } name ? -1 : Array.FindIndex(lines, run, line => IsKey(line, name));
        return Math.Max(metric < 0 ? run : metric, 0) + 1;
    }

    private static bool IsKey(string line, string name) => Regex.IsMatch(line, $"^\\s*\"{Regex.Escape(name)}\":");

    // Every character that begins something in Markdown or HTML is escaped, so that a name shows as it is; a backslash too, which would undo the next escape.
    // An underscore within a word begins nothing.
    private static string Cell(string text) => Special().Replace(Shown.Of(text).Replace('\n', ' ').Replace('\r', ' '), "\\$0");

    [GeneratedRegex(@"[\\`*{}\[\]<>()#|~&!$@:]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|^[-+=]|(?<=^\d+)\.(?=\s|$)")]
    private static partial Regex Special();

    private static string Data(string text) => Shown.Of(text).Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal)
        .Replace("\n", "%0A", StringComparison.Ordinal);

    private static string Property(string text) => Data(text).Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);
}
