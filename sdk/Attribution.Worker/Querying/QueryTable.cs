using Attribution.Data.DuckDb;
using Spectre.Console;

namespace Attribution.Worker.Querying;

/// <summary>A table for queries, with the files of one kind from all experiments.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">The content of a row.</param>
/// <param name="Kind">The kind of <see cref="ExperimentFile"/>.</param>
/// <param name="Reader">The DuckDB call that reads such files, with <c>{0}</c> for the list of files.</param>
/// <param name="Columns">Its columns.</param>
internal sealed record QueryTable(string Name, string Description, ExperimentFileKind Kind, string Reader, IReadOnlyList<QueryColumn> Columns)
{
    /// <summary>The statement that creates the table as a view over files, which are read when the view is.</summary>
    public string CreateView(IReadOnlyList<string> files)
    {
        var columns = string.Join(", ", Columns.Select(c => $"CAST({(files.Count == 0 ? "NULL" : c.Expression)} AS {c.Type}) AS {Sql.Identifier(c.Name)}"));
        var source = files.Count == 0 ? "(SELECT 1) WHERE false"
            : $"{string.Format(null, Reader, Sql.Literals(files))} AS f JOIN {ExperimentDatabase.FilesTable} AS o ON o.path = f.filename";
        return $"CREATE VIEW {Sql.Identifier(Name)} AS SELECT {columns} FROM {source}";
    }
}

/// <summary>A column of a table for queries.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its SQL type.</param>
/// <param name="Description">The content of the column.</param>
/// <param name="Expression">The SQL expression, over the columns of the table's file and of <c>o</c> (the file's place in its experiment).</param>
internal sealed record QueryColumn(string Name, string Type, string Description, string Expression)
{
    public QueryColumn(string name, string type, string description) : this(name, type, description, $"f.{name}")
    {
    }
}

/// <summary>Lists the tables and columns for people.</summary>
internal static class QueryTablesList
{
    public static void Write(IAnsiConsole console)
    {
        foreach (var table in QueryTables.All)
        {
            console.MarkupLine($"[bold]{table.Name}[/]: {table.Description.EscapeMarkup()}");
            var columns = new Table().Border(TableBorder.None).HideHeaders().AddColumn(new TableColumn("").PadLeft(2)).AddColumn("").AddColumn("");
            foreach (var column in table.Columns)
                columns.AddRow(column.Name.EscapeMarkup(), column.Type.EscapeMarkup(), column.Description.EscapeMarkup());
            console.Write(columns);
            console.WriteLine();
        }
        console.MarkupLine("[bold]Examples[/]");
        foreach (var example in QueryExample.All)
            console.WriteLine($"\n-- {example.Question}\n{example.Sql}");
    }
}
