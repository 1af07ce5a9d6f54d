using Spectre.Console;

namespace Attribution.Worker.Querying;

/// <summary>What can be asked, for people.</summary>
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
