using Attribution.Contracts;

namespace Attribution.Sdk.Experiments;

/// <summary>The command that builds an experiment with the properties of this build.</summary>
internal static class BuildCommand
{
    /// <summary>
    /// The command to be typed in the root of the repository that contains the project, or beside the project if there is none. Properties that change no
    /// result are left out.
    /// </summary>
    /// <param name="projectFile">The project.</param>
    /// <param name="globalProperties">The properties given with <c>-p:</c>.</param>
    /// <param name="settings">The names of the SDK's properties.</param>
    public static string Of(string projectFile, IEnumerable<KeyValuePair<string, string>> globalProperties, IEnumerable<string> settings)
    {
        var given = globalProperties.Where(p => settings.Contains(p.Key, StringComparer.OrdinalIgnoreCase) && !ProjectSettings.WithoutEffect.Contains(p.Key))
            .OrderBy(p => p.Key, StringComparer.OrdinalIgnoreCase).Select(p => $"-p:{p.Key}={p.Value.Replace(";", "%3B")}");
        return string.Join(' ', ((string[])["dotnet", "build", PathOf(projectFile), .. given]).Select(Quoted));
    }

    private static string PathOf(string projectFile)
    {
        var folder = Path.GetDirectoryName(projectFile)!;
        var root = folder;
        while (root is not null && !Path.Exists(Path.Combine(root, ".git")))
            root = Path.GetDirectoryName(root);
        var isAlone = Directory.EnumerateFiles(folder, "*.*proj").Count() == 1;
        return root is null || (root == folder && isAlone) ? Path.GetFileName(projectFile)
            : Path.GetRelativePath(root, isAlone ? folder : projectFile).Replace('\\', '/');
    }

    private static string Quoted(string word) => word.Any(c => !char.IsAsciiLetterOrDigit(c) && !"-_./:=%,+@".Contains(c))
        ? $"'{word.Replace("'", "'\\''")}'" : word;
}
