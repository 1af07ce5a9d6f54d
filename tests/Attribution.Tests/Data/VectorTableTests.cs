using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Attribution.Data;
using Attribution.Data.DuckDb;
using Attribution.Diagnostics;

namespace Attribution.Tests.Data;

public sealed class VectorTableTests : IDisposable
{
    private const int Dimension = 24;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2048)]
    [InlineData(7001)]
    public void Vectors_come_back_bit_for_bit_in_order(int rows)
    {
        var (indices, layers, vectors) = Table(rows);
        Write(_folder["v.parquet"], indices, layers, vectors, block: 500);
        using var reader = VectorTableReader.Open(_folder["v.parquet"]);
        for (var row = 0; row < rows; row++)
        {
            reader.Read().ShouldBeTrue();
            (reader.Index, reader.Layer).ShouldBe((indices[row], layers[row]));
            SameBits(reader.Vector, vectors.AsSpan(row * Dimension, Dimension));
        }
        reader.Read().ShouldBeFalse();
    }

    [Fact]
    public void Equal_rows_give_equal_bytes_however_they_are_cut_into_blocks()
    {
        var (indices, layers, vectors) = Table(5000);
        Write(_folder["a.parquet"], indices, layers, vectors, block: 5000);
        Write(_folder["b.parquet"], indices, layers, vectors, block: 5000);
        Write(_folder["c.parquet"], indices, layers, vectors, block: 333);
        Sha256("b.parquet").ShouldBe(Sha256("a.parquet"));
        Sha256("c.parquet").ShouldBe(Sha256("a.parquet"));

        string Sha256(string name) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(_folder[name])));
    }

    [Fact]
    public void Row_groups_end_at_the_same_rows_however_the_blocks_are_cut()
    {
        foreach (var block in new[] { 1050, 700 })
        {
            using var writer = new VectorTableWriter(_folder[$"{block}.parquet"], 4096);
            for (var at = 0; at < 2100; at += block)
                writer.Append(new long[block], new int[block], new float[block * 4096]);
            writer.Complete();
        }
        using var db = DuckDbDatabase.Open();
        db.QueryStrings($"SELECT DISTINCT row_group_num_rows::VARCHAR FROM parquet_metadata({Sql.Literal(_folder["700.parquet"])}) ORDER BY 1")
            .ShouldBe(["512", "52"]);
        File.ReadAllBytes(_folder["700.parquet"]).AsSpan().SequenceEqual(File.ReadAllBytes(_folder["1050.parquet"])).ShouldBeTrue();
    }

    [Fact]
    public void One_layer_is_read_without_the_others_and_as_one_matrix()
    {
        var (indices, layers, vectors) = Table(6000);
        Write(_folder["v.parquet"], indices, layers, vectors, block: 6000);
        using var reader = VectorTableReader.Open(_folder["v.parquet"], layer: 2);
        var row = 0;
        while (reader.ReadBlock())
        {
            reader.Vectors.Length.ShouldBe(reader.Indices.Length * Dimension);
            for (var i = 0; i < reader.Indices.Length; i++, row++)
            {
                while (layers[row] != 2)
                    row++;
                reader.Indices[i].ShouldBe(indices[row]);
                SameBits(reader.Vectors.Slice(i * Dimension, Dimension), vectors.AsSpan(row * Dimension, Dimension));
            }
        }
        row.ShouldBeGreaterThan(5990);
    }

    [Fact]
    public void Several_files_are_read_in_the_order_of_their_names()
    {
        var (indices, layers, vectors) = Table(20);
        Write(_folder["scores-1.parquet"], indices[10..], layers[10..], vectors[(10 * Dimension)..], block: 10);
        Write(_folder["scores-0.parquet"], indices[..10], layers[..10], vectors[..(10 * Dimension)], block: 10);
        using var reader = VectorTableReader.Open(_folder["scores-*.parquet"]);
        var read = new List<long>();
        while (reader.Read())
            read.Add(reader.Index);
        read.ShouldBe(indices);
    }

    [Fact]
    public void A_writer_given_up_leaves_nothing_and_the_old_file_alone()
    {
        File.WriteAllText(_folder["v.parquet"], "old");
        using (var writer = new VectorTableWriter(_folder["v.parquet"], 2))
            writer.Append(0, 0, [1f, 2f]);
        Directory.GetFiles(_folder.Path).ShouldBe([_folder["v.parquet"]]);
        File.ReadAllText(_folder["v.parquet"]).ShouldBe("old");
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_an_error_of_the_writer() =>
        Should.Throw<IOException>(() => new VectorTableWriter(_folder[new string('x', 250)], 2));

    [Fact]
    public void No_vectors_are_a_table_without_rows()
    {
        using (var writer = new VectorTableWriter(_folder["none.parquet"], 2))
            writer.Complete();
        using var reader = VectorTableReader.Open(_folder["none.parquet"]);
        reader.ReadBlock().ShouldBeFalse();
        using var db = DuckDbDatabase.Open();
        db.QueryStrings($"SELECT column_name || ' ' || column_type FROM (DESCRIBE FROM {Sql.Literal(_folder["none.parquet"])})")
            .ShouldBe(["idx BIGINT", "layer INTEGER", "vector FLOAT[]"]);
        db.QueryNumber($"SELECT count(*) FROM {Sql.Literal(_folder["none.parquet"])}").ShouldBe(0);
    }

    [Fact]
    public void DuckDB_reads_the_vectors_bit_for_bit()
    {
        var (indices, layers, vectors) = Table(500);
        Write(_folder["v.parquet"], indices, layers, vectors, block: 500);
        using var db = DuckDbDatabase.Open();
        using var reader = db.Stream($"SELECT idx, layer, vector FROM {Sql.Literal(_folder["v.parquet"])}");
        reader.ReadChunk().ShouldBeTrue();
        reader.Column(0).Values<long>().ToArray().ShouldBe(indices);
        reader.Column(1).Values<int>().ToArray().ShouldBe(layers);
        SameBits(reader.Column(2).Elements.Values<float>(), vectors);
    }

    [Theory]
    [InlineData("BIGINT", "INTEGER", "FLOAT", "COMPRESSION zstd")]
    [InlineData("INTEGER", "BIGINT", "DOUBLE", "COMPRESSION snappy")]
    [InlineData("USMALLINT", "TINYINT", "FLOAT", "COMPRESSION gzip, ROW_GROUP_SIZE 2048")]
    [InlineData("UBIGINT", "UTINYINT", "FLOAT", "COMPRESSION lz4_raw, PARQUET_VERSION v2")]
    [InlineData("SMALLINT", "UINTEGER", "DOUBLE", "COMPRESSION uncompressed")]
    public void Tables_that_others_wrote_are_read_whatever_the_width_of_their_numbers(string index, string layer, string element, string options)
    {
        using (var db = DuckDbDatabase.Open())
            db.Execute($"COPY (SELECT i::{index} AS idx, (i % 2)::{layer} AS layer, [i / 4, -i / 8, 0]::{element}[] AS vector FROM range(5000) t(i)) "
                + $"TO {Sql.Literal(_folder["v.parquet"])} ({options})");
        using var reader = VectorTableReader.Open(_folder["v.parquet"], layer: 1);
        for (var row = 1; row < 5000; row += 2)
        {
            reader.Read().ShouldBeTrue();
            (reader.Index, reader.Layer).ShouldBe((row, 1));
            reader.Vector.ToArray().ShouldBe([row / 4f, -row / 8f, 0]);
        }
        reader.Read().ShouldBeFalse();
    }

    [Fact]
    public void A_file_cut_off_or_written_over_anywhere_is_an_error_with_its_name_or_other_numbers_and_never_another_exception()
    {
        var (indices, layers, vectors) = Table(200);
        Write(_folder["v.parquet"], indices, layers, vectors, block: 200);
        var whole = File.ReadAllBytes(_folder["v.parquet"]);
        var random = new Random(1);
        for (var round = 0; round < 400; round++)
        {
            var bytes = whole.ToArray();
            if (round % 2 == 0)
                Array.Resize(ref bytes, random.Next(bytes.Length));
            else
                // The footer, and the first pages' headers.
                bytes[round % 4 == 1 ? bytes.Length - 1 - random.Next(600) : random.Next(100)] = (byte)random.Next(256);
            File.WriteAllBytes(_folder["damaged.parquet"], bytes);
            try
            {
                using var reader = VectorTableReader.Open(_folder["damaged.parquet"]);
                while (reader.ReadBlock())
                    reader.Vectors.Length.ShouldBe(reader.Indices.Length * reader.Dimension);
            }
            catch (AttributionException e)
            {
                (e.Code, e.File).ShouldBe((ErrorCodes.VectorTableInvalid, _folder["damaged.parquet"]), e.Message);
            }
        }
    }

    [Fact]
    public void A_damaged_or_foreign_table_is_named()
    {
        Invalid(_folder["nothing.parquet"]).ShouldContain("no vectors");
        Invalid(_folder.Write("text.parquet", "this is not Parquet at all")).ShouldContain("not a table of vectors");
        using (var db = DuckDbDatabase.Open())
        {
            db.Execute($"COPY (SELECT 1 AS idx, 2 AS other) TO {Sql.Literal(_folder["other.parquet"])}");
            db.Execute($"COPY (SELECT * FROM (VALUES (0, 1, [1::FLOAT, 2]), (1, 1, [1::FLOAT])) t(idx, layer, vector)) TO "
                + $"{Sql.Literal(_folder["ragged.parquet"])}");
            db.Execute($"COPY (SELECT 1 AS idx, 1 AS layer, NULL::FLOAT[] AS vector) TO {Sql.Literal(_folder["null.parquet"])}");
            db.Execute($"COPY (SELECT 1 AS idx, 1 AS layer, [1::FLOAT, NULL] AS vector) TO {Sql.Literal(_folder["null-number.parquet"])}");
            db.Execute($"COPY (SELECT 1 AS idx, 1 AS layer, []::FLOAT[] AS vector) TO {Sql.Literal(_folder["empty.parquet"])}");
            db.Execute($"COPY (SELECT unnest([1, NULL]) AS idx, 1 AS layer, [1::FLOAT] AS vector) TO {Sql.Literal(_folder["null-index.parquet"])}");
            db.Execute($"COPY (SELECT 1 AS idx, 1 AS layer, 'text' AS vector) TO {Sql.Literal(_folder["text-vector.parquet"])}");
            db.Execute($"COPY (SELECT 1 AS idx, 1 AS layer, ['1'] AS vector) TO {Sql.Literal(_folder["texts.parquet"])}");
            db.Execute($"COPY (SELECT 1 AS idx, 1 AS layer, [[1::FLOAT]] AS vector) TO {Sql.Literal(_folder["nested.parquet"])}");
            db.Execute($"COPY (SELECT 'a' AS idx, 1 AS layer, [1::FLOAT] AS vector) TO {Sql.Literal(_folder["text-index.parquet"])}");
        }
        Invalid(_folder["other.parquet"]).ShouldContain("layer");
        Invalid(_folder["ragged.parquet"]).ShouldContain("vectors of 2 and of 1");
        foreach (var name in new[] { "null", "null-number", "empty", "null-index" })
            Invalid(_folder[$"{name}.parquet"]).ShouldContain("null");
        foreach (var name in new[] { "text-vector", "texts", "nested" })
            Invalid(_folder[$"{name}.parquet"]).ShouldContain("the column vector is");
        Invalid(_folder["text-index.parquet"]).ShouldContain("the column idx is");

        string Invalid(string path)
        {
            var error = Should.Throw<AttributionException>(() =>
            {
                using var reader = VectorTableReader.Open(path);
                reader.Read();
            });
            (error.Code, error.File).ShouldBe((ErrorCodes.VectorTableInvalid, path));
            return error.Message;
        }
    }

    private static (long[] Indices, int[] Layers, float[] Vectors) Table(int rows)
    {
        var random = new Random(rows);
        var vectors = new float[rows * Dimension];
        for (var i = 0; i < vectors.Length; i++)
            vectors[i] = (float)(random.NextDouble() * 2 - 1);
        // Values that a careless path would change.
        new[] { float.NaN, float.PositiveInfinity, -0f, float.Epsilon, float.MaxValue }.CopyTo(vectors, 3);
        return (Enumerable.Range(0, rows).Select(i => i / 3 + 10_000_000_000).ToArray(), Enumerable.Range(0, rows).Select(i => i % 3).ToArray(), vectors);
    }

    private static void Write(string path, long[] indices, int[] layers, float[] vectors, int block)
    {
        using var writer = new VectorTableWriter(path, Dimension);
        for (var at = 0; at < indices.Length; at += block)
        {
            var end = Math.Min(at + block, indices.Length);
            writer.Append(indices.AsSpan()[at..end], layers.AsSpan()[at..end], vectors.AsSpan()[(at * Dimension)..(end * Dimension)]);
        }
        writer.Complete();
    }

    private static void SameBits(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected) =>
        MemoryMarshal.AsBytes(actual).SequenceEqual(MemoryMarshal.AsBytes(expected)).ShouldBeTrue();
}
