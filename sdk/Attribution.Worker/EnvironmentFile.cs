using System.Text.RegularExpressions;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using DotNetEnv;

namespace Attribution.Worker;

/// <summary>Reads the nearest <c>.env</c> file at or above the current folder. Its errors never quote the file's content.</summary>
internal static partial class EnvironmentFile
{
    private const string Name = ".env";

    /// <summary>Greater than the size of any settings file, and than its number of lines that set nothing.</summary>
    private const int MostBytes = 1 << 20, MostSkipped = 200;

    private static readonly string[] SecretWords = ["KEY", "TOKEN", "SECRET", "PASS", "CREDENTIAL"];

    /// <summary>Sets the variables in the file that the environment does not set.</summary>
    /// <param name="warn">Called for lines that do not have the form <c>NAME=value</c>.</param>
    /// <exception cref="AttributionException">ATTR1655: the file cannot be read.</exception>
    public static void Load(Action<AttributionException> warn)
    {
        foreach (var (name, value) in Read(warn, set: true))
            if (SecretWords.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase)))
                KnownSecrets.Add(value);
    }

    /// <summary>The names of the variables that the file sets.</summary>
    /// <exception cref="AttributionException">ATTR1655: the file cannot be read.</exception>
    public static IReadOnlySet<string> Names() => Read(_ => { }, set: false).Where(pair => pair.Value.Length > 0).Select(pair => pair.Key).ToHashSet();

    private static List<KeyValuePair<string, string>> Read(Action<AttributionException> warn, bool set)
    {
        var file = Ancestors(Directory.GetCurrentDirectory()).Select(folder => Path.Combine(folder, Name)).FirstOrDefault(File.Exists);
        if (file is null)
            return [];
        var lines = TextOf(file).TrimStart('\uFEFF').Split('\n');
        for (var skipped = 0; ; skipped++)
            try
            {
                return [.. Env.LoadContents(string.Join('\n', lines), new LoadOptions(setEnvVars: set, clobberExistingVars: false, onlyExactPath: true))];
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // The parser's message quotes the file, and so possibly a key; neither it nor the exception is passed on.
                var line = Place().Match(e.Message) is { Success: true } place ? int.Parse(place.Groups[1].ValueSpan) : 0;
                if (line == 0 || line > lines.Length || skipped == MostSkipped || Assignment().IsMatch(lines[line - 1]) || lines[line - 1].Trim().Length == 0)
                    throw Invalid(file, line);
                // Shells read such files too, and may need other lines in them.
                warn(new AttributionException(ErrorCodes.EnvironmentLineSkipped,
                    $"Line {line} of {file} is not of the form NAME=value and is skipped.")
                { File = file });
                lines[line - 1] = "";
            }
    }

    private static string TextOf(string file)
    {
        try
        {
            return FileIdentity.IsPipeOrDevice(file) || new FileInfo(file).Length > MostBytes ? throw Invalid(file, 0) : File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AttributionException(ErrorCodes.EnvironmentFileInvalid,
                $"The file {file} may not be read: give yourself access to it, or move it away.")
            { File = file };
        }
    }

    private static IEnumerable<string> Ancestors(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
            yield return at.FullName;
    }

    private static AttributionException Invalid(string file, int line) => new(ErrorCodes.EnvironmentFileInvalid,
        $"The file {file} cannot be read{(line > 0 ? $" at line {line}" : "")}: each line is NAME=value, what begins with a quotation mark ends with one, "
            + "and all of it is less than 1 MB.")
    { File = file };

    [GeneratedRegex(@"Line (\d{1,9})")]
    private static partial Regex Place();

    [GeneratedRegex(@"^\s*(export\s+)?[A-Za-z_][A-Za-z0-9_.\-]*\s*=")]
    private static partial Regex Assignment();
}
