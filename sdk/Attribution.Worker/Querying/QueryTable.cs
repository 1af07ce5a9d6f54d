using Attribution.Data.DuckDb;

namespace Attribution.Worker.Querying;

/// <summary>A table that queries may name: the files of one kind, of all experiments.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What a row is.</param>
/// <param name="Kind">The kind of <see cref="ExperimentFile"/>.</param>
/// <param name="Reader">The call of DuckDB's that reads such files, with <c>{0}</c> for their list.</param>
/// <param name="Columns">Its columns.</param>
internal sealed record QueryTable(string Name, string Description, ExperimentFileKind Kind, string Reader, IReadOnlyList<QueryColumn> Columns)
{
    /// <summary>The statement that makes it a view over files, which are read when the view is.</summary>
    public string CreateView(IReadOnlyList<string> files)
    {
        var columns = string.Join(", ", Columns.Select(c => $"CAST({(files.Count == 0 ? "NULL" : c.Expression)} AS {c.Type}) AS {Sql.Identifier(c.Name)}"));
        var source = files.Count == 0 ? "(SELECT 1) WHERE false" : $"{string.Format(null, Reader, Sql.Literals(files))} AS f JOIN {ExperimentDatabase.FilesTable} AS o ON o.path = f.filename";
        return $"CREATE VIEW {Sql.Identifier(Name)} AS SELECT {columns} FROM {source}";
    }
}
