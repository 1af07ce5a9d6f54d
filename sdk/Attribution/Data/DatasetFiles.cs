using System.Text.RegularExpressions;
using Attribution.Data.DuckDb;

namespace Attribution.Data;

/// <summary>Paths and globs as DuckDB should take them.</summary>
internal static partial class DatasetFiles
{
    /// <summary>The files that a path or glob names, in the order of their names' code units; none if there are none.</summary>
    public static IReadOnlyList<string> Expand(string path, DuckDbConnection connection) =>
        File.Exists(path) ? [path]
        : GlobMark().IsMatch(path) ? connection.QueryStrings($"SELECT file FROM glob({Sql.Literal(path)})").Order(StringComparer.Ordinal).ToArray()
        : [];

    /// <summary>The list of files as SQL, each meant literally whatever signs its name holds.</summary>
    public static string ToSql(IEnumerable<string> files) => Sql.Literals(files.Select(file => GlobMark().Replace(file, "[$0]")));

    [GeneratedRegex(@"[*?\[]")]
    private static partial Regex GlobMark();
}
