using System.Globalization;
using System.Text;
using Attribution.Sdk.Experiments;

namespace Attribution.Sdk.Stages;

/// <summary>
/// The files from outside that a stage reads, a line each with size and time: a file that was replaced by an older one has an older time, which no
/// comparison of times would notice.
/// </summary>
internal static class OutsideFiles
{
    /// <summary>The lines, or null for a stage that reads none.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="datasets">The files and globs of the experiment's datasets.</param>
    /// <param name="baseModel">The experiment's model.</param>
    /// <param name="paths">The project's paths.</param>
    public static string? Describe(Stage stage, IEnumerable<string> datasets, string baseModel, ProjectPaths paths)
    {
        if (!stage.ReadsDatasets && !stage.ReadsModel)
            return null;
        var text = new StringBuilder();
        if (stage.ReadsDatasets)
            foreach (var file in datasets.SelectMany(paths.Files))
                Add(file);
        if (stage.ReadsModel && Directory.Exists(paths.Full(baseModel)))
            foreach (var file in Directory.EnumerateFiles(paths.Full(baseModel)).Order(StringComparer.Ordinal))
                Add(file);
        return text.ToString();

        void Add(string file)
        {
            var info = new FileInfo(file);
            // Of a link, what it points to.
            if (info.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } target)
                info = target;
            text.Append(CultureInfo.InvariantCulture, $"{paths.Short(file)}\t{info.Length}\t{info.LastWriteTimeUtc:O}\n");
        }
    }
}
