namespace Attribution.Worker.Slurm;

/// <summary>Writes scripts that <c>sbatch</c> takes.</summary>
internal static class ShellScript
{
    /// <summary>A word as a shell reads it back.</summary>
    public static string Quoted(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>A command as a line.</summary>
    public static string Line(IEnumerable<string> command) => string.Join(' ', command.Select(Quoted));

    /// <summary>A path as the options of sbatch take it, in which <c>%j</c> and the like mean something else.</summary>
    public static string Path(string path) => path.Replace("%", "%%", StringComparison.Ordinal);

    /// <summary>The last lines of a file that say anything, each after a line break.</summary>
    public static string LastLines(string? file, int most = 6) => file is null || !File.Exists(file) ? ""
        : $" Its last lines:\n{string.Join('\n', File.ReadLines(file).Where(line => line.Trim().Length > 0).TakeLast(most).Select(Shown.Of))}";
}
