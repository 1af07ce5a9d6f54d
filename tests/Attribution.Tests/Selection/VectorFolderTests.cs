using System.Runtime.InteropServices;
using Attribution.Data.DuckDb;
using Attribution.Data.Vectors;
using Attribution.Diagnostics;
using Attribution.Selection;

namespace Attribution.Tests.Selection;

public sealed class VectorFolderTests : IDisposable
{
    private const int Dimension = 5;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_the_original_wrote_is_read_with_the_numbers_of_its_rows(bool rowsPerPart)
    {
        // Two ranks had every second row, saved in 12 parts of 3 rows: part10 must follow part9, not part1.
        for (var rank = 0; rank < 2; rank++)
        {
            for (var part = 0; part < 12; part++)
            {
                Vectors($"scores.rank{rank}.part{part}.npy", Ids(rank, part));
                if (rowsPerPart)
                    Rows($"data.rank{rank}.part{part}.parquet", Ids(rank, part));
            }
            if (!rowsPerPart)
                Rows($"data.rank{rank}.parquet", Enumerable.Range(0, 12).SelectMany(part => Ids(rank, part)));
        }
        _folder.Write("metadata.json", """{"layer_index": 19, "world_size": 2, "method": "all_v3"}""");
        var seen = new HashSet<long>();
        VectorFolder.Open(_folder.Path, 19).Read((index, vector) =>
        {
            seen.Add(index).ShouldBeTrue();
            vector.ToArray().ShouldBe(Vector(index));
        });
        seen.Order().ShouldBe(Enumerable.Range(0, 72).Select(i => (long)i));

        var rows = VectorFolder.Rows(_folder.Path).ToDictionary(r => r.Index);
        rows.Count.ShouldBe(72);
        rows[7].Treatment.ToString()!.ShouldNotBeEmpty();

        static IEnumerable<long> Ids(int rank, int part) => Enumerable.Range(0, 3).Select(i => (long)(2 * (3 * part + i) + rank));
    }

    [Fact]
    public void Of_a_run_over_all_layers_one_is_read()
    {
        long[] ids = [4, 2, 9];
        byte[] numbers = [.. ids.SelectMany(id => Enumerable.Range(0, 4).SelectMany(layer => Vector(id + 100 * layer))).SelectMany(v =>
            BitConverter.GetBytes((double)v))];
        File.WriteAllBytes(_folder["scores.rank0.npy"], [.. NpyHeader.Write(NpyType.Float64, 3, 4, Dimension), .. numbers]);
        Rows("data.rank0.parquet", ids);
        var read = new List<(long, float[])>();
        VectorFolder.Open(_folder.Path, 2).Read((index, vector) => read.Add((index, vector.ToArray())));
        read.Select(r => r.Item1).ShouldBe(ids);
        read.ShouldAllBe(r => r.Item2.SequenceEqual(Vector(r.Item1 + 200)));
        Refused(4, ErrorCodes.NpyInvalid).ShouldContain("layers 0 to 3");
    }

    [Fact]
    public void Of_the_originals_files_none_may_be_missing_or_of_another_run()
    {
        long[] ids = [0, 1];
        void Part(int rank, int part)
        {
            Vectors($"scores.rank{rank}.part{part}.npy", ids.Select(i => i + 10 * part + 100 * rank));
            Rows($"data.rank{rank}.part{part}.parquet", ids.Select(i => i + 10 * part + 100 * rank));
        }
        foreach (var (rank, part) in new[] { (0, 0), (0, 1), (0, 2), (1, 0) })
            Part(rank, part);
        VectorFolder.Open(_folder.Path, 0).Read((_, _) => { });

        Without("scores.rank0.part1.npy").ShouldContain("lacks rank 0 part 1");
        Without("scores.rank0.part2.npy").ShouldContain("3 parts of rows and 2 of vectors");
        Without("data.rank0.part1.parquet").ShouldContain("data.rank0.part1.parquet");
        Without("scores.rank0.part0.npy", "scores.rank0.part1.npy", "scores.rank0.part2.npy").ShouldContain("lacks rank 0");

        _folder.Write("metadata.json", """{"layer_index": 0, "world_size": 4}""");
        Refused(0, ErrorCodes.VectorTableIncomplete).ShouldContain("lacks rank 2, 3");
        Refused(1, ErrorCodes.VectorTableInvalid).ShouldContain("are of layer 0");
        _folder.Write("metadata.json", "{");
        Refused(0, ErrorCodes.VectorTableInvalid).ShouldContain("metadata.json");
        File.Delete(_folder["metadata.json"]);

        Vectors("scores.rank1.part00.npy", ids);
        Refused(0, ErrorCodes.VectorTableIncomplete).ShouldContain("rank 1 part 0 twice");
        File.Delete(_folder["scores.rank1.part00.npy"]);
        Vectors("scores_raw.rank0.part0.npy", ids);
        Refused(0, ErrorCodes.VectorTableIncomplete).ShouldContain("scores.rank* and scores_raw.rank*");
        File.Delete(_folder["scores_raw.rank0.part0.npy"]);
        Rows("data.rank1.part0.parquet", [100, 101, 102]);
        Refused(0, ErrorCodes.VectorTableIncomplete).ShouldContain("has 3 rows and scores.rank1.part0.npy 2 vectors");
        Rows("data.rank1.part0.parquet", [100, 1]);
        Refused(0, ErrorCodes.VectorTableInvalid).ShouldContain("two vectors of row 1");
        using (var db = DuckDbDatabase.Open())
            db.Execute($"COPY (SELECT 1 AS id FROM range(2)) TO {Sql.Literal(_folder["data.rank1.part0.parquet"])}");
        Refused(0, ErrorCodes.VectorTableInvalid).ShouldContain("column idx");
        Rows("data.rank1.part0.parquet", [100, 101]);
        File.WriteAllBytes(_folder["scores.rank1.part0.npy"], [.. NpyHeader.Write(NpyType.Float16, 2, 3), .. new byte[12]]);
        Refused(0, ErrorCodes.NpyInvalid).ShouldContain("3 components");
        File.WriteAllBytes(_folder["scores.rank1.part0.npy"], [.. NpyHeader.Write(NpyType.Int64, 2, 3), .. new byte[48]]);
        Refused(0, ErrorCodes.NpyInvalid).ShouldContain("vectors are floats");

        string Without(params string[] files)
        {
            foreach (var file in files)
                File.Move(_folder[file], _folder["away-" + file]);
            var message = Refused(0, ErrorCodes.VectorTableIncomplete);
            foreach (var file in files)
                File.Move(_folder["away-" + file], _folder[file]);
            return message;
        }
    }

    [Fact]
    public void Of_our_own_files_none_may_be_missing_or_of_another_table()
    {
        Write(VectorFormat.Int8, rows: 3);
        var scales = File.ReadAllBytes(_folder["scales-1.npy"]);
        File.Delete(_folder["scales-1.npy"]);
        Refused(1, ErrorCodes.VectorTableIncomplete).ShouldContain("scales-1.npy");
        File.WriteAllBytes(_folder["scales-1.npy"], [.. NpyHeader.Write(NpyType.Float32, 2), .. new byte[8]]);
        Refused(1, ErrorCodes.VectorTableIncomplete).ShouldContain("has 2 rows and the vectors beside it have 3");
        File.WriteAllBytes(_folder["scales-1.npy"], scales);
        File.WriteAllBytes(_folder["index-1.npy"], [.. NpyHeader.Write(NpyType.Int64, 3), .. MemoryMarshal.AsBytes<long>([5, 6, 5])]);
        Refused(1, ErrorCodes.VectorTableInvalid).ShouldContain("two vectors of row 5");
        File.WriteAllBytes(_folder["index-1.npy"], [.. NpyHeader.Write(NpyType.Float64, 3), .. new byte[24]]);
        Refused(1, ErrorCodes.NpyInvalid).ShouldContain("one axis of <i8");
        File.Delete(_folder["index-1.npy"]);
        Refused(1, ErrorCodes.VectorTableIncomplete).ShouldContain("index-1.npy");
        File.WriteAllBytes(_folder["scores-1.npy"], [.. NpyHeader.Write(NpyType.Float32, 6), .. new byte[24]]);
        Refused(1, ErrorCodes.NpyInvalid).ShouldContain("[rows, D]");
        Refused(2, ErrorCodes.VectorTableInvalid).ShouldContain("no vectors of layer 2");
        Write(VectorFormat.Parquet, rows: 3);
        Refused(1, ErrorCodes.VectorTableInvalid).ShouldContain("several forms");
        Should.Throw<AttributionException>(() => VectorFolder.Open(_folder["nowhere"], 1)).File.ShouldBe(_folder["nowhere"]);
    }

    private string Refused(int layer, string code)
    {
        var error = Should.Throw<AttributionException>(() => VectorFolder.Open(_folder.Path, layer));
        error.Code.ShouldBe(code);
        error.File.ShouldNotBeNull();
        return error.Message;
    }

    private void Write(VectorFormat format, int rows)
    {
        using var writer = VectorTables.Create(_folder.Path, 1, format, Dimension);
        for (var row = 0; row < rows; row++)
            writer.Append(row, Vector(row));
        writer.Complete();
    }

    // Numbers that float16 holds exactly.
    private static float[] Vector(long id) => [.. Enumerable.Range(0, Dimension).Select(d => id + d / 4f)];

    private void Vectors(string name, IEnumerable<long> ids)
    {
        var rows = ids.ToArray();
        Half[] numbers = [.. rows.SelectMany(Vector).Select(v => (Half)v)];
        File.WriteAllBytes(_folder[name], [.. NpyHeader.Write(NpyType.Float16, rows.Length, Dimension), .. MemoryMarshal.AsBytes(numbers.AsSpan())]);
    }

    private void Rows(string name, IEnumerable<long> ids)
    {
        using var db = DuckDbDatabase.Open();
        db.Execute($$"""
            COPY (SELECT idx, '[{"role": "user", "content": "' || idx || '"}, {"role": "assistant", "content": "yes"}]' AS treatment_messages,
                '[{"role": "user", "content": "' || idx || '"}, {"role": "assistant", "content": "no"}]' AS control_messages
            FROM (SELECT unnest([{{string.Join(", ", ids)}}]::BIGINT[]) AS idx)) TO {{Sql.Literal(_folder[name])}} (FORMAT parquet)
            """);
    }
}
