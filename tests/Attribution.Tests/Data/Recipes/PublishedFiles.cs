using System.Text.Json;
using Attribution.Data.DuckDb;

namespace Attribution.Tests.Data.Recipes;

/// <summary>Small files in the schemas that datasets are published in.</summary>
internal sealed class PublishedFiles : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Folder => _folder.Path;

    public string this[string name] => _folder[name];

    /// <summary>Objects or texts, one per line.</summary>
    public string JsonLines(string name, params IEnumerable<object> rows) =>
        _folder.Write(name, string.Concat(rows.Select(row => (row as string ?? JsonSerializer.Serialize(row)) + "\n")));

    /// <summary>A Parquet file of objects with columns of the given types, such as <c>STRUCT(content VARCHAR, role VARCHAR)[]</c>.</summary>
    public string Parquet(string name, string columns, params IEnumerable<object> rows)
    {
        var lines = JsonLines("rows.jsonl", rows);
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        using var connection = DuckDbDatabase.Open();
        connection.Execute($"COPY (SELECT * FROM read_json({Sql.Literal(lines)}, format = 'newline_delimited', columns = {{{columns}}})) TO "
            + $"{Sql.Literal(this[name])} (FORMAT parquet)");
        File.Delete(lines);
        return this[name];
    }

    public void Dispose() => _folder.Dispose();
}
