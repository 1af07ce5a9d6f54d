using System.Data.Common;
using System.Globalization;
using System.Text;
using Attribution.Data.DuckDb;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace Attribution.Data;

// How the files of each format are read, and their columns.
internal sealed partial class DatasetSource
{
    private static (string, IReadOnlyList<DuckDbField>) Parquet(IReadOnlyList<string> files, DuckDBConnection connection)
    {
        // parquet_schema lists the columns as a tree in depth-first order; the root's children are the table's columns.
        var names = connection.QueryStrings($"SELECT name || chr(9) || coalesce(num_children, 0) FROM parquet_schema({DatasetFiles.ToSql(files.Take(1))})")
            .Select(line => line.Split('\t')).ToArray();
        var top = new List<string>();
        for (var at = 1; at < names.Length; at = AfterTree(at))
            top.Add(names[at][0]);
        RequireDistinct(top, files[0]);
        var reader = $"read_parquet({DatasetFiles.ToSql(files)}, filename = {Sql.Literal(FileColumn)})";
        return (reader, FieldsOf(reader, connection));

        int AfterTree(int node)
        {
            var next = node + 1;
            for (var child = int.Parse(names[node][^1], CultureInfo.InvariantCulture); child > 0; child--)
                next = AfterTree(next);
            return next;
        }
    }

    private static (string, IReadOnlyList<DuckDbField>) Separated(IReadOnlyList<string> files, string delimiter, bool withTypes, DuckDBConnection connection)
    {
        // Rows with long conversations are long lines; the buffer must hold two of them.
        const string sizes = "auto_detect = false, max_line_size = 16000000, buffer_size = 32000000";
        var header = Header(files[0]);
        var names = SplitHeader(header, delimiter[0]);
        // Many countries use a comma as the decimal separator, and their spreadsheets write semicolons.
        foreach (var other in new[] { ";", "\t", "|" })
            if (!names.Any(IsKnown) && SplitHeader(header, other[0]) is var split && split.Any(IsKnown))
                (names, delimiter) = (split, other);
        RequireDistinct(names, files[0]);
        // The reader takes columns by their place.
        foreach (var file in files.Skip(1))
            if (SplitHeader(Header(file), delimiter[0]) is var own && !own.SequenceEqual(names))
                throw new AttributionException(ErrorCodes.DatasetColumnMissing,
                    $"'{Path.GetFileName(file)}' has the columns {string.Join(", ", own)}, and '{Path.GetFileName(files[0])}' has {string.Join(", ", names)}. "
                        + "The files of a dataset need a header line with the same columns in the same order.")
                {
                    File = file,
                    // The first that only one of the two has, or else the first in another place.
                    Property = names.Except(own).Concat(own.Except(names)).FirstOrDefault()
                        ?? names.Zip(own).FirstOrDefault(pair => pair.First != pair.Second).First
                };
        var columns = string.Join(", ", names.Select(name => $"{Sql.Literal(name)}: 'VARCHAR'"));
        var reader = $"read_csv({DatasetFiles.ToSql(files)}, {sizes}, header = true, delim = {Sql.Literal(delimiter)}, quote = '\"', escape = '\"', "
            + $"columns = {{{columns}}}, filename = {Sql.Literal(FileColumn)})";
        var fields = FieldsOf(reader, connection);
        if (!withTypes)
            return (reader, fields);
        var types = TypesOf(files, delimiter, connection);
        var typed = fields.Select(field => types.TryGetValue(field.Name, out var type)
            ? $"{Sql.Identifier(field.Name)} AS {Sql.Identifier(TextPrefix + field.Name)}, TRY_CAST({Sql.Identifier(field.Name)} AS {type}) AS "
                + $"{Sql.Identifier(field.Name)}"
            : $"{Sql.Identifier(field.Name)}, {Sql.Identifier(field.Name)} AS {Sql.Identifier(TextPrefix + field.Name)}");
        return ($"(SELECT {string.Join(", ", typed)}, {Sql.Identifier(FileColumn)} FROM {reader})", fields);

        string Header(string file) => connection.QueryStrings($"SELECT line FROM read_csv({DatasetFiles.ToSql([file])}, {sizes}, header = false, "
            + $"delim = '\\0', quote = '', escape = '', columns = {{'line': 'VARCHAR'}}) LIMIT 1") is [var line] ? line.TrimEnd('\r').TrimStart('\uFEFF')
            : throw new AttributionException(ErrorCodes.DatasetEmpty, $"'{Path.GetFileName(file)}' is empty: it has not even a header line.") { File = file };
    }

    /// <summary>The columns of a CSV file that contain only whole numbers, numbers or Booleans; used by the filter only.</summary>
    private static Dictionary<string, string> TypesOf(IReadOnlyList<string> files, string delimiter, DuckDBConnection connection)
    {
        try
        {
            return connection.QueryStrings($"SELECT column_name || chr(9) || column_type FROM (DESCRIBE SELECT * FROM "
                + $"read_csv({DatasetFiles.ToSql(files)}, sample_size = -1, max_line_size = 16000000, buffer_size = 32000000, header = true, delim = "
                + $"{Sql.Literal(delimiter)}, quote = '\"', escape = '\"', auto_type_candidates = ['BOOLEAN', 'BIGINT', 'DOUBLE', 'VARCHAR'])) "
                + "WHERE column_type <> 'VARCHAR'")
                .Select(line => line.Split('\t')).ToDictionary(pair => pair[0], pair => pair[1]);
        }
        catch (DbException)
        {
            // For a malformed file this only says that no dialect was found; reading the rows names the line.
            return [];
        }
    }

    private static (string, IReadOnlyList<DuckDbField>) Json(IReadOnlyList<string> files, DatasetFormat format, bool withTypes, DuckDBConnection connection)
    {
        var list = DatasetFiles.ToSql(files);
        var layout = format == DatasetFormat.JsonLines ? "newline_delimited" : "auto";
        if (format == DatasetFormat.JsonArray && files.FirstOrDefault(BeginsWithMark) is { } marked)
            throw new AttributionException(ErrorCodes.DatasetMalformedJson,
                $"'{Path.GetFileName(marked)}' begins with a byte order mark, and no array can be read behind one. Save it as UTF-8 without a BOM.")
            { File = marked };
        // Only a filter needs every column with its type, which costs passes over the whole file.
        var described = withTypes ? JsonColumns.WithTypes(list, layout, connection)
            : [.. JsonColumns.Names(list, layout, connection).Select(name => (name, ""))];
        var typed = !withTypes ? "" : string.Concat(described.Select(column =>
        {
            var value = $"json_extract(json, {Sql.Literal("/" + column.Name.Replace("~", "~0").Replace("/", "~1"))})";
            return column.Type.Contains("JSON")
                ? $", {value} AS {Sql.Identifier(column.Name)}"
                : $", json_transform({value}, {Sql.Literal($"\"{column.Type.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"")}) AS "
                    + $"{Sql.Identifier(column.Name)}";
        }));
        var reader = $"(SELECT json AS {Sql.Identifier(JsonColumn)}, {Sql.Identifier(FileColumn)}{typed} FROM read_json_objects({list}, format = "
            + $"'{layout}', filename = {Sql.Literal(FileColumn)}))";
        return (reader, [.. described.Select(column => new DuckDbField(column.Name, new(DuckDBType.Varchar, [])))]);
    }

    private static bool BeginsWithMark(string file)
    {
        Span<byte> start = stackalloc byte[3];
        using var stream = File.OpenRead(file);
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual("\uFEFF"u8);
    }

    private static bool IsKnown(string column) => Columns.Conversations.Contains(column) || RowFormat.All.Any(format => format.Required.Contains(column));

    private static IReadOnlyList<DuckDbField> FieldsOf(string reader, DuckDBConnection connection)
    {
        using var none = connection.Stream($"SELECT * FROM {reader} LIMIT 0");
        return [.. none.Columns.Where(column => column.Name != FileColumn)];
    }

    private static void RequireDistinct(IReadOnlyList<string> names, string file)
    {
        if (names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } group)
            throw new AttributionException(ErrorCodes.DatasetColumnDuplicate,
                $"'{Path.GetFileName(file)}' has two columns of one name: {string.Join(", ", group.Select(name => $"'{name}'"))} (case makes "
                    + "no difference). Rename one.")
            { File = file, Property = group.First() };
    }

    /// <summary>The names in a header line; a column without a name is named by its position, as <c>column0</c>.</summary>
    private static List<string> SplitHeader(string line, char delimiter)
    {
        var names = new List<string>();
        var name = new StringBuilder();
        var isQuoted = false;
        for (var at = 0; at <= line.Length; at++)
            if (at == line.Length || (line[at] == delimiter && !isQuoted))
            {
                names.Add(name.Length > 0 ? name.ToString() : $"column{names.Count}");
                name.Clear();
            }
            else if (line[at] != '"')
                name.Append(line[at]);
            else if (isQuoted && at + 1 < line.Length && line[at + 1] == '"')
                name.Append(line[at++]);
            else
                isQuoted = !isQuoted;
        return names;
    }
}
