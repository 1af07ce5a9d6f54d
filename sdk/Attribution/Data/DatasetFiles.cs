using System.Text.RegularExpressions;
using Attribution.Data.DuckDb;
using DuckDB.NET.Data;

namespace Attribution.Data;

/// <summary>Paths and globs in the form that DuckDB takes.</summary>
internal static partial class DatasetFiles
{
    /// <summary>The files that a path or glob matches, in ordinal order of their names; empty if there are none.</summary>
    public static IReadOnlyList<string> Expand(string path, DuckDBConnection connection) =>
        File.Exists(path) ? [path]
        : GlobMark().IsMatch(path) ? connection.QueryStrings($"SELECT file FROM glob({Sql.Literal(path)})").Order(StringComparer.Ordinal).ToArray()
        : [];

    /// <summary>The same without DuckDB, if the folder exists and only the file name is a pattern.</summary>
    public static IReadOnlyList<string> Expand(string path)
    {
        if (File.Exists(path))
            return [path];
        var (folder, name) = (Path.GetDirectoryName(path), Path.GetFileName(path));
        if (folder?.Length > 0 && Directory.Exists(folder) && !name.Contains('[') && !name.Contains("**"))
            return [.. Directory.EnumerateFiles(folder, name).Order(StringComparer.Ordinal)];
        using var connection = DuckDbDatabase.OpenReader();
        return Expand(path, connection);
    }

    /// <summary>The list of files as SQL, each taken literally whatever characters its name contains.</summary>
    public static string ToSql(IEnumerable<string> files) => Sql.Literals(files.Select(file => GlobMark().Replace(file, "[$0]")));

    [GeneratedRegex(@"[*?\[]")]
    private static partial Regex GlobMark();
}
