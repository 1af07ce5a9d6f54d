using System.Data.Common;
using System.Globalization;
using Attribution.Data.DuckDb;
using DuckDB.NET.Native;
using Spectre.Console;

namespace Attribution.Worker.Querying;

/// <summary>Shows the result of a query as a table: its first rows, with long texts cut and floating-point numbers rounded to six digits.</summary>
internal static class QueryResultTable
{
    /// <summary>The width of a console that cuts nothing, in columns.</summary>
    public const int Widest = 10_000;

    private const int MostRows = 1000, LongestText = 80, LongestName = 24;

    /// <exception cref="DbException">The query is wrong; the message is DuckDB's.</exception>
    public static void Write(ExperimentDatabase database, string sql, IAnsiConsole console)
    {
        var kinds = database.Columns(sql).Select(c => c.Type).ToArray();
        var (cells, rows) = (new List<string[]>(), 0L);
        using var reader = database.Texts(sql);
        while (reader.ReadChunk())
        {
            for (var row = 0; row < reader.Rows && rows + row < MostRows; row++)
            {
                var line = new string[kinds.Length];
                for (var i = 0; i < line.Length; i++)
                    line[i] = Cell(reader.Column(i).GetString(row), kinds[i]);
                cells.Add(line);
            }
            rows += reader.Rows;
        }
        var table = new Table().Border(TableBorder.Simple);
        // The left border, and beside each column a space on both sides and a border.
        var width = 1;
        foreach (var (i, column) in reader.Columns.Index())
        {
            var name = Shown.Of(column.Name).EscapeMarkup();
            var longest = cells.Select(line => line[i]).Append(name).Max(text => text.GetCellWidth());
            table.AddColumn(new TableColumn(name)
            {
                Alignment = IsNumber(kinds[i]) ? Justify.Right : Justify.Left,
                // On a narrow terminal, the longer texts give way.
                NoWrap = longest <= LongestName,
            });
            width += Math.Min(longest, LongestName) + 3;
        }
        foreach (var line in cells)
            table.AddRow(line);
        // In a narrower terminal whole columns would be lost; the terminal wraps the lines instead.
        console.Profile.Width = Math.Max(console.Profile.Width, width);
        console.Write(table);
        console.WriteLine(rows > MostRows ? $"the first {MostRows} of {rows} rows; --format csv, json or parquet gives all" : rows == 1
            ? "1 row" : $"{rows} rows");
    }

    private static bool IsNumber(DuckDbType type) =>
        type.IsInteger || type.Kind is DuckDBType.HugeInt or DuckDBType.UnsignedHugeInt or DuckDBType.Decimal || IsReal(type);

    private static bool IsReal(DuckDbType type) => type.Kind is DuckDBType.Float or DuckDBType.Double;

    private static string Cell(string? text, DuckDbType type)
    {
        if (text is null)
            return "";
        if (IsReal(type) && double.TryParse(text, CultureInfo.InvariantCulture, out var number))
            return number.ToString("G6", CultureInfo.InvariantCulture);
        var line = string.Join(' ', text.Split((char[]?)['\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries));
        return Shown.Of(line.Length > LongestText ? $"{line[..Cut(line)]}…" : line).EscapeMarkup();

        // Not between the two halves of a character.
        static int Cut(string line) => char.IsHighSurrogate(line[LongestText - 2]) ? LongestText - 2 : LongestText - 1;
    }
}
