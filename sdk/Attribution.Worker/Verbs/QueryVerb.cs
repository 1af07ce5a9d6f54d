using System.CommandLine;
using System.Data.Common;
using Attribution.Data;
using Attribution.Data.DuckDb;
using Attribution.Diagnostics;
using Attribution.Pipeline.Results;
using Attribution.Worker.Querying;
using Spectre.Console;

namespace Attribution.Worker.Verbs;

/// <summary><c>attribution query</c>: runs SQL over the outputs of all experiments.</summary>
public static class QueryVerb
{
    private const string TablesOption = "--tables";

    /// <summary>Creates the verb.</summary>
    public static Command Create()
    {
        var sql = new Argument<string?>("sql") { Description = "One SELECT in DuckDB's SQL.", Arity = ArgumentArity.ZeroOrOne };
        var tables = new Option<bool>(TablesOption) { Description = "List the tables with their columns, and examples." };
        var format = new Option<QueryFormat?>("--format")
        {
            Description = "table, csv, parquet or json; without it that of the "
            + "output's extension, or a table.",
            HelpName = "FORMAT"
        };
        var output = new Option<string?>("--output") { Description = "The file to write; without it the result is printed.", HelpName = "FILE" };
        var folder = new Option<string?>("--in")
        {
            Description = "Where to look for experiments; without it the repository around the current folder.",
            HelpName = "FOLDER"
        };
        var json = JsonOutput.Option();
        var verb = new Command("query", "Answers a question in SQL about all metrics, runs, selections and scores.")
        {
            sql, tables, format, output, folder, json,
        };
        verb.Validators.Add(parsed =>
        {
            if (parsed.GetValue(json) && parsed.GetValue(format) is not (null or QueryFormat.Json))
                parsed.AddError("--json is --format json; another --format beside it says something else.");
            if (parsed.GetValue(sql) is null == !parsed.GetValue(tables))
                parsed.AddError($"Ask a question, such as \"select * from runs\", or use {TablesOption} to see what can be asked.");
            if (parsed.GetValue(output) is null && parsed.GetValue(format) == QueryFormat.Parquet)
                parsed.AddError("Parquet is not printed; name a file with --output.");
            if (parsed.GetValue(output) is not null && parsed.GetValue(format) == QueryFormat.Table)
                parsed.AddError("A table is printed; a file is written as csv, parquet or json.");
            if (parsed.GetValue(output) is { } file && parsed.GetValue(format) is null && FormatOf(file) is null)
                parsed.AddError($"The extension of '{file}' names no format; use .csv, .parquet or .json, or --format.");
        });
        verb.SetAction(parsed =>
        {
            var writer = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(sql) is not { } question)
            {
                if (parsed.GetValue(json))
                    JsonOutput.Write(writer, QueryTables.All);
                else
                    QueryTablesList.Write(StoreTables.ConsoleOn(writer));
                return 0;
            }
            var root = parsed.GetValue(folder) ?? RepositoryRoot();
            var experiments = Directory.Exists(root) ? ExperimentOutputs.Below(root).ToArray() : [];
            if (experiments.Length == 0)
                throw new AttributionException(ErrorCodes.MetricsMissing,
                    $"There is nothing to ask: no experiment in or below '{root}' has outputs. Build one first (dotnet build experiments/NAME), or "
                    + "name another folder with --in.")
                { File = root };
            var file = parsed.GetValue(output);
            var wanted = parsed.GetValue(format) ?? (parsed.GetValue(json) ? QueryFormat.Json : file is null ? QueryFormat.Table : FormatOf(file)!.Value);
            using var database = ExperimentDatabase.Open(experiments);
            try
            {
                database.Check(question);
                Answer(database, question, wanted, file, writer);
                return 0;
            }
            catch (DbException e)
            {
                // From the second line on it shows the position in the query.
                parsed.InvocationConfiguration.Error.WriteLine($"error {ErrorCodes.QueryInvalid}: "
                    + $"{e.Message.Trim()}\n{string.Join('\n', database.Missing.Append(Advice(e)))}");
                return 1;
            }
            catch (Exception e) when (file is not null && e is IOException or UnauthorizedAccessException)
            {
                throw new AttributionException(ErrorCodes.QueryInvalid, $"The result cannot be written: {e.Message}", e) { File = file, Property = "--output" };
            }
        });
        return verb;
    }

    private static void Answer(ExperimentDatabase database, string sql, QueryFormat format, string? file, TextWriter output)
    {
        var words = format switch { QueryFormat.Csv => "FORMAT csv, HEADER", QueryFormat.Json => "FORMAT json, ARRAY true", _ => "FORMAT parquet" };
        if (format == QueryFormat.Table)
            QueryResultTable.Write(database, sql, StoreTables.ConsoleOn(output, QueryResultTable.Widest));
        else if (file is not null)
            WholeFile.Replace(file, temporary => database.Write(sql, temporary, words));
        else
        {
            var folder = Directory.CreateTempSubdirectory("attribution-query-");
            try
            {
                var temporary = Path.Combine(folder.FullName, "result");
                database.Write(sql, temporary, words);
                output.Write(File.ReadAllText(temporary));
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }
    }

    private static string Advice(DbException e) => e.Message.Contains("multiple statements", StringComparison.Ordinal)
        ? "Ask one question at a time. A PIVOT is one if it names its values: PIVOT metrics ON metric IN ('judged_mean', 'precision_at_k') "
            + "USING first(value) GROUP BY run"
        : $"With {TablesOption} instead of a query the tables and their columns are listed.";

    private static QueryFormat? FormatOf(string file) => Path.GetExtension(file).ToLowerInvariant() switch
    {
        ".csv" => QueryFormat.Csv,
        ".parquet" => QueryFormat.Parquet,
        ".json" => QueryFormat.Json,
        _ => null,
    };

    // The repository is the nearest folder upwards that contains .git; if there is none, the current folder is used.
    internal static string RepositoryRoot()
    {
        var here = Directory.GetCurrentDirectory();
        for (var at = new DirectoryInfo(here); at is not null; at = at.Parent)
            if (Path.Exists(Path.Combine(at.FullName, ".git")))
                return at.FullName;
        return here;
    }
}
