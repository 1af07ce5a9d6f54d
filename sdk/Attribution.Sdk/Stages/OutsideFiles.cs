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
    /// <summary>The lines.</summary>
    public static string Describe(IEnumerable<string> files, ProjectPaths paths)
    {
        var text = new StringBuilder();
        foreach (var file in files)
        {
            var info = new FileInfo(file);
            // Of a link, what it points to.
            if (info.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } target)
                info = target;
            text.Append(CultureInfo.InvariantCulture, $"{paths.Short(file)}\t{info.Length}\t{info.LastWriteTimeUtc:O}\n");
        }
        return text.ToString();
    }
}
