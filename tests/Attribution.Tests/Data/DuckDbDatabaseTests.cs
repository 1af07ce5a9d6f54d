using System.Data.Common;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Attribution.Data.DuckDb;
using Attribution.Diagnostics;
using Attribution.Tests.Child;
using DuckDB.NET.Data;

namespace Attribution.Tests.Data;

public sealed class DuckDbDatabaseTests : IDisposable
{
    private readonly DuckDBConnection _db = DuckDbDatabase.Open();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _db.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Every_kind_of_column_reads_back_with_its_nulls()
    {
        using var reader = _db.Stream("""
            SELECT * FROM (VALUES
                (1::TINYINT, -2::SMALLINT, 3::INTEGER, 4::BIGINT, 200::UTINYINT, true,
                    1.5::FLOAT, 2.5::DOUBLE, 'short', [1.0::FLOAT, 2], {'role': 'user', 'n': 7}),
                (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
                (5, 6, 7, 8, 9, false, -0.0, 1e300, 'longer than twelve bytes: é 日本 🙂', [], {'role': NULL, 'n': NULL}))
            """);
        reader.ReadChunk().ShouldBeTrue();
        reader.Rows.ShouldBe(3);
        for (var column = 0; column < reader.Columns.Count; column++)
        {
            reader.Column(column).IsNull(0).ShouldBeFalse();
            reader.Column(column).IsNull(1).ShouldBeTrue();
            reader.Column(column).IsNull(2).ShouldBeFalse();
        }
        new[] { 0, 1, 2, 3, 4 }.Select(c => reader.Column(c).GetInteger(0)).ShouldBe([1, -2, 3, 4, 200]);
        reader.Column(5).Values<bool>().ToArray()[2].ShouldBeFalse();
        reader.Column(6).Values<float>()[0].ShouldBe(1.5f);
        reader.Column(7).Values<double>()[2].ShouldBe(1e300);
        reader.Column(8).GetString(0).ShouldBe("short");
        reader.Column(8).GetString(1).ShouldBeNull();
        reader.Column(8).GetString(2).ShouldBe("longer than twelve bytes: é 日本 🙂");
        var list = reader.Column(9);
        list.Elements.Values<float>()[list.GetList(0)].ToArray().ShouldBe([1f, 2f]);
        list.Elements.Values<float>()[list.GetList(2)].ToArray().ShouldBeEmpty();
        var person = reader.Column(10);
        person.Field(person.Type.IndexOf("role")).GetString(0).ShouldBe("user");
        person.Field(person.Type.IndexOf("n")).GetInteger(0).ShouldBe(7);
        person.Field(person.Type.IndexOf("role")).IsNull(2).ShouldBeTrue();
        reader.ReadChunk().ShouldBeFalse();
    }

    [Fact]
    public void A_result_of_many_chunks_arrives_whole_and_in_order()
    {
        using var reader = _db.Stream("SELECT i, [i, i + 1] FROM range(100000) t(i)");
        var expected = 0L;
        while (reader.ReadChunk())
        {
            var pairs = reader.Column(1);
            for (var row = 0; row < reader.Rows; row++, expected++)
            {
                reader.Column(0).GetInteger(row).ShouldBe(expected);
                pairs.Elements.Values<long>()[pairs.GetList(row)].ToArray().ShouldBe([expected, expected + 1]);
            }
        }
        expected.ShouldBe(100_000);
    }

    [Fact]
    public void A_bad_statement_gives_DuckDBs_own_message() =>
        Should.Throw<DbException>(() => _db.Stream("SELECT no_such_column FROM range(3) t(i)")).Message.ShouldContain("no_such_column");

    [Fact]
    public void A_failure_in_the_middle_of_a_stream_is_an_exception_not_an_early_end()
    {
        var rows = 0;
        var error = Should.Throw<DbException>(() =>
        {
            using var reader = _db.Stream("SELECT CAST(CASE WHEN i = 3000000 THEN 'fifty' ELSE '1' END AS INTEGER) FROM range(4000000) t(i)");
            while (reader.ReadChunk())
                rows += reader.Rows;
        });
        error.Message.ShouldContain("fifty");
        rows.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void No_extension_is_ever_fetched()
    {
        Should.Throw<DbException>(() => _db.Execute("SELECT * FROM st_read('x.shp')")).Message.ShouldNotContain("HTTP");
        _db.QueryStrings("SELECT value FROM duckdb_settings() WHERE name IN ('autoinstall_known_extensions', 'autoload_known_extensions', "
            + "'temp_directory') ORDER BY name")
            .ShouldBe(["false", "false", ""]);
    }

    [Fact]
    public void A_query_over_the_memory_limit_fails_and_the_connection_lives_on()
    {
        using var small = DuckDbDatabase.Open(new() { MemoryLimit = 64L << 20 });
        Should.Throw<DbException>(() => small.Execute("SELECT i, sum(i) OVER (ORDER BY hash(i)) FROM range(50000000) "
            + "t(i)")).Message.ShouldContain("Out of Memory");
        small.QueryNumber("SELECT 42").ShouldBe(42);
    }

    [Fact]
    public void Quoting_survives_any_name_and_any_text() =>
        _db.QueryStrings($"SELECT {Sql.Identifier("a\"b")} FROM (SELECT {Sql.Literal("it's \"x\"; --")} AS "
            + $"{Sql.Identifier("a\"b")})").ShouldBe(["it's \"x\"; --"]);

    [Fact]
    public void Where_the_library_is_not_there_the_error_says_what_it_is_made_for_and_what_to_do()
    {
        using var child = Process.Start(new ProcessStartInfo("dotnet",
            ["exec", typeof(DuckDbWork).Assembly.Location, "duckdb"])
        { RedirectStandardOutput = true })!;
        var error = child.StandardOutput.ReadToEnd();
        error.ShouldStartWith(ErrorCodes.DuckDbMissing);
        foreach (var words in new[] { "there is no duckdb", RuntimeInformation.RuntimeIdentifier, "glibc", "dotnet build --force" })
            error.ShouldContain(words);
    }

    [Fact]
    public void Databases_share_nothing()
    {
        using var other = DuckDbDatabase.Open();
        _db.Execute("CREATE TABLE t (i INTEGER)");
        Should.Throw<DbException>(() => other.QueryNumber("SELECT count(*) FROM t"));
    }

    [Fact]
    public void A_reader_has_a_database_that_no_other_reader_has_and_its_settings_and_temporary_tables_go_with_it()
    {
        var names = Enumerable.Range(0, 2 * Environment.ProcessorCount + 1).ToArray();
        for (var round = 0; round < 3; round++)
        {
            var readers = names.Select(_ => DuckDbDatabase.OpenReader()).ToArray();
            foreach (var (reader, name) in readers.Zip(names))
            {
                reader.QueryStrings("SELECT current_setting('TimeZone')").ShouldBe(["UTC"]);
                reader.QueryNumber("SELECT count(*) FROM duckdb_tables()").ShouldBe(0);
                reader.Execute($"SET TimeZone = 'Asia/Tokyo'; CREATE TEMP TABLE mine AS SELECT {name} i");
            }
            foreach (var (reader, name) in readers.Zip(names))
                reader.QueryNumber("SELECT i FROM mine").ShouldBe(name);
            foreach (var reader in readers)
                reader.Dispose();
        }
    }

    [Fact]
    public void A_reader_sees_a_file_as_it_is_also_if_another_of_the_same_size_and_time_was_there()
    {
        var (file, time) = (_folder["rows.parquet"], new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        foreach (var number in new[] { 1, 2, 3 })
        {
            _db.Execute($"COPY (SELECT hash(i + {number}) i FROM range(400000) t(i)) TO {Sql.Literal(file)}");
            File.SetLastWriteTimeUtc(file, time);
            using var reader = DuckDbDatabase.OpenReader();
            reader.QueryNumber($"SELECT count(*) FROM read_parquet({Sql.Literal(file)}) WHERE i = hash({number} + 399999)").ShouldBe(1);
            reader.QueryNumber($"SELECT count(*) FROM read_parquet({Sql.Literal(file)}) WHERE i = hash({number} - 1)").ShouldBe(0);
        }
    }

    [Theory]
    [InlineData("SELECT 1", true)]
    [InlineData("DESCRIBE SELECT 1", true)]
    [InlineData("SUMMARIZE SELECT 1", true)]
    [InlineData("CREATE TABLE u (i INTEGER)", false)]
    [InlineData("SET threads = 2", false)]
    public void A_statement_that_only_asks_is_told_from_one_that_changes_something_and_none_is_run(string sql, bool isSelect)
    {
        _db.IsSelect(sql).ShouldBe(isSelect);
        _db.QueryNumber("SELECT count(*) FROM duckdb_tables()").ShouldBe(0);
        _db.QueryStrings("SELECT current_setting('threads')::VARCHAR").ShouldBe(["1"]);
        Should.Throw<DbException>(() => _db.IsSelect("SELECT 1; SELECT 2"));
        Should.Throw<DbException>(() => _db.IsSelect("SELEC 1")).Message.ShouldContain("SELEC");
    }
}
