using System.Globalization;
using System.Text;
using Attribution.Sdk.Experiments;

namespace Attribution.Sdk.Stages;

/// <summary>
/// The outside files that a stage reads, one line each with size and time. This detects a file that was replaced by an older one, which no comparison of times
/// would notice.
/// </summary>
internal static class OutsideFiles
{
    /// <summary>Returns these lines.</summary>
    public static string Describe(IEnumerable<string> files, ProjectPaths paths)
    {
        var text = new StringBuilder();
        foreach (var file in files)
        {
            var info = new FileInfo(file);
            // For a link, its target.
            if (info.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } target)
                info = target;
            text.Append(CultureInfo.InvariantCulture, $"{paths.Short(file)}\t{info.Length}\t{info.LastWriteTimeUtc:O}\n");
        }
        return text.ToString();
    }
}
