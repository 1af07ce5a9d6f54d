using System.Text.Json;
using Attribution.Data.DuckDb;
using Attribution.Diagnostics;
using DuckDB.NET.Data;

namespace Attribution.Data;

/// <summary>The columns of a JSON file. DuckDB's own detection sees a row only after its nesting depth was checked.</summary>
internal static class JsonColumns
{
    private const int SampledRows = 2048;

    /// <summary>The keys of the first rows, in order; empty if a row is not an object.</summary>
    /// <param name="files">The files as SQL.</param>
    /// <param name="layout">DuckDB's name for the layout of the rows.</param>
    /// <param name="connection">The connection to look with.</param>
    public static IReadOnlyList<string> Names(string files, string layout, DuckDBConnection connection)
    {
        var names = new List<string>();
        var known = new HashSet<string>();
        using var rows = connection.Stream($"SELECT json FROM read_json_objects({files}, format = '{layout}') LIMIT {SampledRows}");
        while (rows.ReadChunk())
            for (var row = 0; row < rows.Rows; row++)
                if (rows.Column(0).IsNull(row) || !Add(rows.Column(0).GetBytes(row)))
                    return [];
        return names;

        bool Add(ReadOnlySpan<byte> json)
        {
            var reader = new Utf8JsonReader(json);
            try
            {
                if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                    return false;
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    if (reader.GetString() is { } name && known.Add(name))
                        names.Add(name);
                    reader.Skip();
                }
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                // Nested too deep, or not Unicode: reading the rows names this one.
            }
            return true;
        }
    }

    /// <summary>Every key of all rows with DuckDB's type, for a filter; empty if a row is not an object.</summary>
    /// <param name="files">The files as SQL.</param>
    /// <param name="layout">DuckDB's name for the layout of the rows.</param>
    /// <param name="connection">The connection to look with.</param>
    /// <exception cref="AttributionException">ATTR1304: a row is nested too deep.</exception>
    public static IReadOnlyList<(string Name, string Type)> WithTypes(string files, string layout, DuckDBConnection connection)
    {
        RequireShallow(files, layout, connection);
        var described = connection.QueryStrings($"SELECT column_name || chr(9) || column_type FROM (DESCRIBE SELECT * FROM read_json({files}, format = "
            + $"'{layout}', sample_size = -1))")
            .Select(line => line.Split('\t')).ToArray();
        // A single column `json` is how DuckDB reports rows that are not objects, or no rows.
        return described is [["json", _]] ? [] : [.. described.Select(column => (column[0], column[1]))];
    }

    private static void RequireShallow(string files, string layout, DuckDBConnection connection)
    {
        var index = 0L;
        using var rows = connection.Stream($"SELECT json, filename FROM read_json_objects({files}, format = '{layout}', filename = true)");
        while (rows.ReadChunk())
            for (var row = 0; row < rows.Rows; row++, index++)
                if (!rows.Column(0).IsNull(row) && JsonDepth.IsTooDeep(rows.Column(0).GetBytes(row)))
                    throw new RowPlace(rows.Column(1).GetString(row)!, index).Error(ErrorCodes.DatasetMalformedJson, "row",
                        $"the row is nested more than {JsonDepth.Most} levels deep. Flatten it, or leave it out.");
    }
}
