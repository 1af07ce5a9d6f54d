using System.CommandLine;
using Attribution.Diagnostics;
using Attribution.Pipeline.Results;
using Attribution.Reporting;
using Attribution.Reporting.Overview;
using Attribution.Worker.Querying;

namespace Attribution.Worker.Verbs;

/// <summary><c>attribution report</c>: writes one page over several experiments and their variants.</summary>
public static class ReportVerb
{
    private const string DefaultOutput = "out/experiments.html";

    // Files beside experiments in a folder, which the shell names too if it expands `experiments/*`.
    private static readonly string[] BesideExperiments = [".props", ".targets", ".proj", ".rsp", ".md", ".json", ".config", ".sln"];

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var experiments = new Argument<string[]>("experiments")
        {
            Description = "Experiments that were built: their folders or project files, or folders that hold several.",
            HelpName = "EXPERIMENT",
            Arity = ArgumentArity.OneOrMore
        };
        var output = new Option<string>("--output")
        {
            Description = "The page to write.",
            HelpName = "FILE",
            DefaultValueFactory = _ => DefaultOutput
        };
        var verb = new Command("report", "Writes one page over several experiments: their runs in a table, side by side, with links to each report.")
        {
            experiments, output
        };
        verb.SetAction(parsed =>
        {
            var (named, file) = (parsed.GetRequiredValue(experiments), parsed.GetRequiredValue(output));
            var (found, without) = Find(named);
            if (found.Count == 0)
                throw new AttributionException(ErrorCodes.MetricsMissing,
                    $"There is nothing to report: none of {string.Join(", ", named)} has metrics. Build an experiment first: dotnet build {named[0]}")
                { File = named[0] };
            var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
            var names = NamesOf(found);
            var overview = new ExperimentsOverview([.. found.Select((outputs, i) =>
                new ReportedOutputs(names[i], outputs.Variant, AddressOf(outputs, folder), outputs.Metrics!))]);
            OutputPlace.RequireFile(file);
            WholeFile.Write(file, OverviewPage.Render(overview));
            var writer = parsed.InvocationConfiguration.Output;
            writer.WriteLine($"{file}: {found.Count} experiment{(found.Count == 1 ? "" : "s")}, {overview.Lines.Count} runs");
            if (without.Count > 0)
                writer.WriteLine($"without metrics, and so not on it: {string.Join(", ", without)}");
        });
        return verb;
    }

    private static (List<ExperimentOutputs> Found, List<string> Without) Find(string[] named)
    {
        var (found, without) = (new List<ExperimentOutputs>(), new List<string>());
        foreach (var path in named)
        {
            if (!Path.Exists(path))
                throw new AttributionException(ErrorCodes.MetricsMissing,
                    $"There is no experiment '{path}'. Name the folder of one, such as experiments/quickstart.")
                { File = path };
            if (File.Exists(path) && BesideExperiments.Contains(Path.GetExtension(path)))
                continue;
            var folder = Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
            ExperimentOutputs[] built = [.. ExperimentOutputs.Below(folder).Where(outputs => outputs.Metrics is not null)];
            if (built.Length == 0)
                without.Add(path);
            found.AddRange(built.Where(outputs => !found.Any(other => other.Folder == outputs.Folder && other.Variant == outputs.Variant)));
        }
        return (found, without);
    }

    // The folder's name; the path from the current folder if two experiments have the same.
    private static string[] NamesOf(IReadOnlyList<ExperimentOutputs> found)
    {
        var folders = found.Select(outputs => outputs.Folder).Distinct().ToArray();
        var isUnique = folders.Select(Path.GetFileName).Distinct().Count() == folders.Length;
        return [.. found.Select(outputs => isUnique ? Path.GetFileName(outputs.Folder)
            : Path.GetRelativePath(Directory.GetCurrentDirectory(), outputs.Folder).Replace(Path.DirectorySeparatorChar, '/'))];
    }

    private static string? AddressOf(ExperimentOutputs outputs, string folder)
    {
        var report = Path.Combine([outputs.Folder, "out", .. outputs.Variant is { } variant ? new[] { variant } : [], ReportFiles.PageFile]);
        return File.Exists(report)
            ? string.Join('/', Path.GetRelativePath(folder, report).Split(Path.DirectorySeparatorChar).Select(Uri.EscapeDataString)) : null;
    }
}
