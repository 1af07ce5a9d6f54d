using System.Globalization;
using System.Text;
using Attribution.Sdk.Experiments;

namespace Attribution.Sdk.Stages;

/// <summary>
/// Files that a stage reads or wrote, a line each with size and time: a file that was replaced by an older one has an older time, which no comparison of
/// times with a stamp's would notice.
/// </summary>
internal static class OutsideFiles
{
    /// <summary>The lines; a file that is not there has neither size nor time.</summary>
    public static string Describe(IEnumerable<string> files, ProjectPaths paths)
    {
        var text = new StringBuilder();
        foreach (var file in files)
        {
            var info = new FileInfo(file);
            // For a link, its target.
            if (info.Exists && info.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } target)
                info = target;
            text.Append(paths.Short(file));
            if (info.Exists)
                text.Append(CultureInfo.InvariantCulture, $"\t{info.Length}\t{info.LastWriteTimeUtc:O}");
            text.Append('\n');
        }
        return text.ToString();
    }
}
