using Attribution.Data.Store;

namespace Attribution.Worker.Slurm;

/// <summary>Writes scripts that <c>sbatch</c> takes.</summary>
internal static class ShellScript
{
    private const int LongestEnd = 16 << 10;

    /// <summary>A word as a shell reads it back.</summary>
    public static string Quoted(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>A command as a line.</summary>
    public static string Line(IEnumerable<string> command) => string.Join(' ', command.Select(Quoted));

    /// <summary>A path as the options of sbatch take it, in which <c>%j</c> and the like mean something else.</summary>
    public static string Path(string path) => path.Replace("%", "%%", StringComparison.Ordinal);

    /// <summary>The last lines of a file that say anything, each after a line break; of a long file only its end is read.</summary>
    public static string LastLines(string? file, int most = 6)
    {
        if (file is null || !File.Exists(file) || FileIdentity.IsPipeOrDevice(file))
            return "";
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Position = Math.Max(0, stream.Length - LongestEnd);
        using var end = new StreamReader(stream);
        var lines = end.ReadToEnd().Split('\n').Where(line => line.Trim().Length > 0).TakeLast(most).Select(line => Shown.Of(line.TrimEnd('\r')));
        return $" Its last lines:\n{string.Join('\n', lines)}";
    }
}
