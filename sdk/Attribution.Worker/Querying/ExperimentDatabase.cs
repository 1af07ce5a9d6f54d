using System.Data.Common;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Attribution.Data.DuckDb;
using Attribution.Diagnostics;
using Attribution.Pipeline.GroundTruth;
using Attribution.Pipeline.Snapshots;
using Attribution.Pipeline.Verdicts;
using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace Attribution.Worker.Querying;

/// <summary>The outputs of experiments as the tables of an in-memory DuckDB; see <see cref="QueryTables"/>.</summary>
internal sealed partial class ExperimentDatabase : IDisposable
{
    /// <summary>The experiment and run of each file; not visible to a query without qualification.</summary>
    public const string FilesTable = "internal.files";

    private readonly DuckDBConnection _connection = DuckDbDatabase.Open();
    private readonly List<string> _missing = [];

    // The only folder that DuckDB may write to when a query runs.
    private readonly DirectoryInfo _results = Directory.CreateTempSubdirectory("attribution-query-");

    private ExperimentDatabase()
    {
    }

    /// <summary>The reasons why tables could not be created, one sentence each.</summary>
    public IReadOnlyList<string> Missing => _missing;

    /// <summary>Creates the tables. Files of text, scores and vectors are read only when a query needs them.</summary>
    public static ExperimentDatabase Open(IReadOnlyList<ExperimentOutputs> experiments)
    {
        var database = new ExperimentDatabase();
        database.AddMetrics(experiments);
        database.AddFiles(experiments);
        database.Lock(experiments);
        return database;
    }

    /// <summary>From here on DuckDB reads only the experiments' files and writes only results, whatever a query calls.</summary>
    private void Lock(IReadOnlyList<ExperimentOutputs> experiments)
    {
        var files = experiments.SelectMany(e => e.Files).Select(f => f.Path).Distinct();
        _connection.Execute($"SET allowed_paths = {Sql.Literals(files)}; SET allowed_directories = {Sql.Literals([_results.FullName])}; SET "
            + "enable_external_access = false; SET lock_configuration = true");
    }

    /// <summary>Checks that a text is a single statement that DuckDB accepts and that changes nothing.</summary>
    /// <exception cref="DbException">It is not a statement; the message points into the text.</exception>
    /// <exception cref="AttributionException">ATTR1732: the statement would change something.</exception>
    public void Check(string sql)
    {
        if (!Asks())
            throw new AttributionException(ErrorCodes.QueryNotReadOnly,
                "A query only asks: SELECT, WITH, FROM, DESCRIBE or SUMMARIZE. Results are written with --output.")
            { Property = "query" };

        bool Asks()
        {
            try
            {
                return _connection.IsSelect(sql);
            }
            catch (DbException e) when (e.Message.StartsWith("Permission Error", StringComparison.Ordinal)
                && _connection.QueryStrings($"SELECT json_serialize_sql({Sql.Literal(sql)})")[0].Contains("Only SELECT statements", StringComparison.Ordinal))
            {
                // DuckDB looks for the file of a COPY before it reports the kind of statement.
                return false;
            }
        }
    }

    /// <summary>The columns of a query's result.</summary>
    /// <exception cref="DbException">The query is wrong; the message is DuckDB's.</exception>
    public IReadOnlyList<DuckDbField> Columns(string sql)
    {
        using var reader = _connection.Stream(sql);
        return reader.Columns;
    }

    /// <summary>The result of a query, with every value as text.</summary>
    /// <exception cref="DbException">The query is wrong; the message is DuckDB's.</exception>
    public DuckDbReader Texts(string sql) => _connection.Stream($"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM {Nested(sql)}");

    /// <summary>Writes the result of a query to a file, replacing it. In JSON, which has no other numbers, those that are not finite become null.</summary>
    /// <param name="sql">The query.</param>
    /// <param name="path">The file.</param>
    /// <param name="format">The format, in DuckDB's words.</param>
    /// <exception cref="DbException">The query is wrong; the message is DuckDB's.</exception>
    public void Write(string sql, string path, string format)
    {
        var result = Path.Combine(_results.FullName, "result");
        var rows = $"FROM {Nested(sql)}";
        var columns = format.StartsWith("FORMAT json", StringComparison.Ordinal) ? FiniteColumns(rows) : "*";
        _connection.Execute($"COPY (SELECT {columns} {rows}) TO {Sql.Literal(result)} ({format})");
        File.Move(result, path, overwrite: true);
    }

    // A name that occurs twice in the query is another one here.
    private string FiniteColumns(string rows)
    {
        var finite = Columns($"SELECT * {rows} LIMIT 0").Select(column => (Name: Sql.Identifier(column.Name), column.Type))
            .Select(column => (column.Name, Value: Finite(column.Name, column.Type))).Where(column => column.Value is not null).ToArray();
        return finite.Length == 0 ? "*" : $"* REPLACE ({string.Join(", ", finite.Select(column => $"{column.Value} AS {column.Name}"))})";
    }

    // Null if a value of this type has no numbers that may not be finite.
    private static string? Finite(string value, DuckDbType type, int depth = 0)
    {
        if (type.Kind is DuckDBType.Float or DuckDBType.Double)
            return $"CASE WHEN isfinite({value}) THEN {value} END";
        return type.Kind == DuckDBType.List && Finite($"e{depth}", type.Fields[0].Type, depth + 1) is { } element
            ? $"list_transform({value}, lambda e{depth}: {element})" : null;
    }

    public void Dispose()
    {
        _connection.Dispose();
        _results.Delete(recursive: true);
    }

    // The line break ends a comment in the query's last line. A semicolon inside a string literal does not end the query: without it the query would not parse.
    private string Nested(string sql)
    {
        var end = EndMark().Match(sql);
        return $"({(end.Success && IsSelect(sql[..end.Index]) ? sql[..end.Index] : sql)}\n)";
    }

    private bool IsSelect(string sql)
    {
        try
        {
            return _connection.IsSelect(sql);
        }
        catch (DbException)
        {
            return false;
        }
    }

    private void AddMetrics(IReadOnlyList<ExperimentOutputs> experiments)
    {
        foreach (var table in QueryTables.OfMetrics)
            _connection.Execute($"CREATE TABLE {table.Name} ({string.Join(", ", table.Columns.Select(c => $"{Sql.Identifier(c.Name)} {c.Type}"))})");
        Insert("experiments", experiments.Select(e => new[] { Text(e.Name), Text(e.Folder), Text(e.Variant) }));
        var runs = experiments.SelectMany(e => (e.Metrics?.Runs ?? new Dictionary<string, RunMetrics>()).Select(run =>
            (Keys: (string[])[Text(e.Name), Text(e.Variant), Text(run.Key), .. RunSettings.Of(run.Value).Select(Value)], Run: run.Value))).ToArray();
        foreach (var (table, isTruth) in (ReadOnlySpan<(string, bool)>)[("runs", false), (GroundTruthMetrics.Setting, true)])
        {
            var own = QueryTables.OfMetrics.Single(t => t.Name == table).Columns.Skip(QueryTables.Run.Count).ToArray();
            Insert(table, runs.Where(r => r.Run.Settings.ContainsKey(GroundTruthMetrics.Setting) == isTruth).Select(r =>
                (string[])[.. r.Keys, .. own.Select(c =>
                r.Run.Settings.TryGetValue(c.Name, out var setting) ? Value(setting) : Number(r.Run.Metrics.GetValueOrDefault(c.Name)))]));
        }
        Insert("comparisons", experiments.SelectMany(e => (e.Metrics?.Verdicts ?? []).Select(v => Comparison(e, v))));
        Insert("metrics", runs.SelectMany(r => r.Run.Metrics.Select(m => (string[])[.. r.Keys, Text(m.Key), Number(m.Value)])));
    }

    private void AddFiles(IReadOnlyList<ExperimentOutputs> experiments)
    {
        _connection.Execute("CREATE SCHEMA internal");
        var ofRun = string.Join(", ", QueryTables.Run.Select(c => $"{Sql.Identifier(c.Name)} {c.Type}"));
        _connection.Execute($"CREATE TABLE {FilesTable} (path VARCHAR, {ofRun}, judge VARCHAR, dataset VARCHAR, method VARCHAR)");
        // Every method has the same rows of its dataset, so one copy is enough.
        RunSettings[] settings = [.. experiments.Select(e => new RunSettings(e.Metrics))];
        var files = experiments.SelectMany((e, i) => e.Files
            .Where(f => f.Kind != ExperimentFileKind.Rows || f.Folder == e.Files.First(other => other.Kind == ExperimentFileKind.Rows
                && DatasetOf(other) == DatasetOf(f)).Folder)
            .Select(file => (Experiment: e, Settings: settings[i], File: file))).ToArray();
        Insert(FilesTable, files.Select(f => (string[])[Text(f.File.Path), Text(f.Experiment.Name), Text(f.Experiment.Variant), .. Place(f.Settings, f.File)]));
        foreach (var table in QueryTables.OfFiles)
            try
            {
                _connection.Execute(table.CreateView([.. files.Where(f => f.File.Kind == table.Kind).Select(f => f.File.Path)]));
            }
            catch (DbException e)
            {
                // Damaged or incomplete files of one kind do not keep the others from being queried.
                _missing.Add($"There is no table {table.Name}, because its files cannot be read: {e.Message.Trim()}");
            }
    }

    private static string[] Place(RunSettings runs, ExperimentFile file)
    {
        const string Nothing = "NULL";
        if (file.Kind is ExperimentFileKind.Rows or ExperimentFileKind.Vectors)
            return [.. Enumerable.Repeat(Nothing, 2 + RunSettings.Names.Count), Text(DatasetOf(file)), Text(Path.GetFileName(file.Folder))];
        return [Text(file.Folder), .. runs.OfFolder(file.Folder).Select(Value), Text(file.Judge), Nothing, Nothing];
    }

    private static string[] Comparison(ExperimentOutputs experiment, Verdict verdict) =>
    [
        Text(experiment.Name), Text(experiment.Variant), Text(verdict.Train), Text(verdict.Eval), Text(verdict.Metric), Text(verdict.Leader),
            Number(verdict.Score),
        Number(verdict.ScoreSd), Number(verdict.Before), Number(verdict.Random), .. Difference(verdict.OverRandom), Text(verdict.Second),
            .. Difference(verdict.OverSecond),
        Number(verdict.Seeds), Number(verdict.Prompts), verdict.IsBest ? "true" : "false", Text(verdict.Text),
    ];

    private static string[] Difference(ComparedWith? found) => [Number(found?.Difference), Number(found?.Lower), Number(found?.Upper)];

    private static string DatasetOf(ExperimentFile file) => Path.GetDirectoryName(file.Folder) is { Length: > 0 } dataset
        ? dataset.Replace(Path.DirectorySeparatorChar, '/') : file.Folder;

    private void Insert(string table, IEnumerable<string[]> rows)
    {
        foreach (var some in rows.Chunk(1000))
            _connection.Execute($"INSERT INTO {table} VALUES {string.Join(", ", some.Select(row => $"({string.Join(", ", row)})"))}");
    }

    private static string Value(JsonNode? value) => value switch
    {
        null => "NULL",
        JsonValue number when number.TryGetValue<double>(out var d) => Number(d),
        _ => Text(value.ToString()),
    };

    private static string Text(string? value) => value is null ? "NULL" : Sql.Literal(value);

    [GeneratedRegex(@";(;|\s|--[^\n]*|/\*.*?\*/)*\z", RegexOptions.Singleline)]
    private static partial Regex EndMark();

    private static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "NULL";
}
