using Attribution.Data.Store;

namespace Attribution.Worker.Slurm;

/// <summary>Writes scripts for <c>sbatch</c>.</summary>
internal static class ShellScript
{
    private const int LongestEnd = 16 << 10;

    /// <summary>Quotes a word, so that a shell reads it unchanged.</summary>
    public static string Quoted(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>A command as one line of a script.</summary>
    public static string Line(IEnumerable<string> command) => string.Join(' ', command.Select(Quoted));

    /// <summary>A path as a value of an option of sbatch, which would replace <c>%j</c> and the like.</summary>
    public static string Path(string path) => path.Replace("%", "%%", StringComparison.Ordinal);

    /// <summary>The last non-empty lines of a file, as the end of a message; empty if there is no file. Of a long file, only the end is read.</summary>
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
