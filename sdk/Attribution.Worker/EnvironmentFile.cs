using Attribution.Diagnostics;

namespace Attribution.Worker;

/// <summary>The nearest <c>.env</c> file at or above the current folder. What is wrong with it is said without a word of what is in it.</summary>
internal static class EnvironmentFile
{
    private const string Name = ".env";

    /// <summary>Sets what the file says and the environment does not.</summary>
    /// <exception cref="AttributionException">ATTR1655: the file cannot be read.</exception>
    public static void Load() => Read(() => DotNetEnv.Env.NoClobber().TraversePath().Load());

    /// <summary>The names that the file gives a value.</summary>
    /// <exception cref="AttributionException">ATTR1655: the file cannot be read.</exception>
    public static IReadOnlySet<string> Names() => Read(() => DotNetEnv.Env.NoEnvVars().TraversePath().Load()).Where(pair => pair.Value.Length > 0).Select(pair => pair.Key).ToHashSet();

    private static List<KeyValuePair<string, string>> Read(Func<IEnumerable<KeyValuePair<string, string>>> load)
    {
        try
        {
            return [.. load()];
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The parser's words quote the file, and so a key; neither they nor the exception go further.
            var line = Place().Match(exception.Message) is { Success: true } place ? $" at line {place.Groups[1].Value}" : "";
            throw new AttributionException(ErrorCodes.EnvironmentFileInvalid,
                $"The file {Name}, in this folder or above it, cannot be read{line}: each line is NAME=value, and what begins with a quotation mark ends with one.")
            { File = Name };
        }
    }

    private static System.Text.RegularExpressions.Regex Place() => new(@"Line (\d+)");
}
