using System.Data.Common;
using System.Runtime.InteropServices;
using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace Attribution.Data.DuckDb;

/// <summary>Runs statements without parameters on a connection.</summary>
internal static partial class DuckDbQueries
{
    /// <summary>Runs one statement and streams its result in DuckDB's own form, for results of millions of rows.</summary>
    /// <exception cref="DbException">The statement is wrong; the message is DuckDB's.</exception>
    public static DuckDbReader Stream(this DuckDBConnection connection, string sql)
    {
        using var statement = connection.Prepare(sql);
        var state = NativeMethods.PreparedStatements.DuckDBExecutePreparedStreaming(statement, out var result);
        if (state.IsSuccess())
            return new(result);
        var message = NativeMethods.Query.DuckDBResultError(ref result);
        result.Close();
        throw new DuckDbException(message);
    }

    /// <summary>Runs statements to their end.</summary>
    /// <exception cref="DbException">A statement is wrong; the message is DuckDB's.</exception>
    public static void Execute(this DuckDBConnection connection, string sql)
    {
        using var command = new DuckDBCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    /// <summary>The single number that a statement such as <c>SELECT count(*)</c> returns.</summary>
    /// <exception cref="DbException">The statement is wrong; the message is DuckDB's.</exception>
    public static long QueryNumber(this DuckDBConnection connection, string sql)
    {
        using var command = new DuckDBCommand(sql, connection);
        return Convert.ToInt64(command.ExecuteScalar(), null);
    }

    /// <summary>The strings of a statement's first column; nulls are left out.</summary>
    /// <exception cref="DbException">The statement is wrong; the message is DuckDB's.</exception>
    public static IReadOnlyList<string> QueryStrings(this DuckDBConnection connection, string sql)
    {
        var values = new List<string>();
        using var command = new DuckDBCommand(sql, connection);
        using var reader = command.ExecuteReader();
        while (reader.Read())
            if (!reader.IsDBNull(0))
                values.Add(reader.GetString(0));
        return values;
    }

    /// <summary>Whether a text is one statement that returns rows and changes nothing. Nothing is run.</summary>
    /// <exception cref="DbException">DuckDB rejects the statement; the message points into the text.</exception>
    public static bool IsSelect(this DuckDBConnection connection, string sql)
    {
        using var statement = connection.Prepare(sql);
        return StatementType(statement) == DuckDBStatementType.Select;
    }

    private static DuckDBPreparedStatement Prepare(this DuckDBConnection connection, string sql)
    {
        var state = NativeMethods.PreparedStatements.DuckDBPrepare(connection.NativeConnection, sql, out var statement);
        if (state.IsSuccess())
            return statement;
        using (statement)
            throw new DuckDbException(NativeMethods.PreparedStatements.DuckDBPrepareError(statement));
    }

    // For a statement that was not run; the package offers this only for results.
    [LibraryImport("duckdb", EntryPoint = "duckdb_prepared_statement_type")]
    private static partial DuckDBStatementType StatementType(DuckDBPreparedStatement statement);
}
