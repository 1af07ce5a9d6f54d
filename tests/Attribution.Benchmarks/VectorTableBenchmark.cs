using System.CommandLine;
using System.Diagnostics;
using Attribution.Data;
using Attribution.Data.DuckDb;
using Attribution.Data.Vectors;
using Attribution.Selection;
using Spectre.Console;

namespace Attribution.Benchmarks;

/// <summary>
/// Tables of vectors in Parquet: written, read and scored with one thread and with all, and the same rows written and streamed by DuckDB in the same
/// run: with zstd and by one thread, as tables were kept before.
/// </summary>
internal static class VectorTableBenchmark
{
    internal static Command Create()
    {
        var rows = new Option<int>("--rows") { Description = "Vectors.", DefaultValueFactory = _ => 100_000 };
        var dimension = new Option<int>("--dimension") { Description = "Components of a vector.", DefaultValueFactory = _ => 1024 };
        var rounds = new Option<int>("--rounds") { Description = "Measurements of each, in turn; medians are shown.", DefaultValueFactory = _ => 3 };
        var command = new Command("parquet", "Tables of vectors in Parquet: writing, reading, scoring, against DuckDB.") { rows, dimension, rounds };
        command.SetAction(result => Run(result.GetValue(rows), result.GetValue(dimension), result.GetValue(rounds)));
        return command;
    }

    private static void Run(int rows, int dimension, int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("attribution-parquet-");
        try
        {
            var (ours, theirs) = (Path.Combine(folder.FullName, "ours.parquet"), Path.Combine(folder.FullName, "duckdb.parquet"));
            var vectors = Random(rows, dimension);
            var scorer = RowScorer.Along(ScoringMethod.CosSim, vectors[..dimension]);
            var threads = Environment.ProcessorCount;
            Write(ours, vectors, dimension);
            (string Name, string File, Action Work)[] works =
            [
                ("write", ours, () => Write(ours, vectors, dimension)),
                ("DuckDB: copy to zstd", theirs, () => Copy(ours, theirs)),
                ("DuckDB: stream", theirs, () => Stream(theirs, rows, dimension)),
                ("read, 1 thread", ours, () => Read(ours, rows, 1)),
                ($"read, {threads} threads", ours, () => Read(ours, rows, threads)),
                ("score, 1 thread", ours, () => RowScorer.Score([scorer], new Threads(ours, 1))),
                ($"score, {threads} threads", ours, () => RowScorer.Score([scorer], new Threads(ours, threads))),
            ];
            var times = works.Select(_ => new List<(double Wall, double Cpu)>()).ToArray();
            for (var round = 0; round < rounds; round++)
                foreach (var (i, (_, _, work)) in works.Index())
                {
                    var (watch, before) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
                    work();
                    times[i].Add((watch.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds));
                }
            var table = new Table().AddColumns("what", "seconds", "CPU seconds", "MB/s", "file, of the size in memory");
            foreach (var (i, (name, file, _)) in works.Index())
            {
                var (wall, cpu) = times[i].Order().ElementAt(rounds / 2);
                var bytes = 4.0 * vectors.Length;
                table.AddRow(name, $"{wall:F2}", $"{cpu:F2}", $"{bytes / wall / 1e6:F0}", $"{new FileInfo(file).Length / bytes:P1}");
            }
            var peak = Process.GetCurrentProcess().PeakWorkingSet64 >> 20;
            AnsiConsole.WriteLine($"{rows:N0} vectors of {dimension:N0}; {threads} cores; peak memory {peak} MiB, "
                + $"{4L * vectors.Length >> 20} of them the vectors");
            AnsiConsole.Write(table);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // About normal: sums of four uniform numbers.
    private static float[] Random(int rows, int dimension)
    {
        var random = new Random(0);
        var vectors = new float[(long)rows * dimension];
        for (var i = 0; i < vectors.Length; i++)
            vectors[i] = random.NextSingle() + random.NextSingle() + random.NextSingle() + random.NextSingle() - 2;
        return vectors;
    }

    private static void Write(string path, float[] vectors, int dimension)
    {
        using var writer = new VectorTableWriter(path, dimension);
        for (var row = 0; row < vectors.Length / dimension; row++)
            writer.Append(row, 0, vectors.AsSpan(row * dimension, dimension));
        writer.Complete();
    }

    private static void Copy(string from, string to)
    {
        using var connection = DuckDbDatabase.Open();
        connection.Execute($"COPY (SELECT * FROM read_parquet({Sql.Literal(from)})) TO {Sql.Literal(to)} "
            + "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3, ROW_GROUP_SIZE 8192)");
    }

    private static void Stream(string path, int rows, int dimension)
    {
        using var connection = DuckDbDatabase.Open();
        using var reader = connection.Stream($"SELECT idx, vector FROM read_parquet({Sql.Literal(path)}) WHERE layer = 0");
        var numbers = 0L;
        while (reader.ReadChunk())
            numbers += reader.Column(1).Elements.Values<float>().Length;
        Require(numbers, (long)rows * dimension);
    }

    private static void Read(string path, int rows, int threads)
    {
        var seen = 0L;
        new VectorTable(path, 0).ReadBlocks(threads, (scoped in VectorBlock block) => Interlocked.Add(ref seen, block.Rows), CancellationToken.None);
        Require(seen, rows);
    }

    private static void Require(long seen, long wanted)
    {
        if (seen != wanted)
            throw new InvalidOperationException($"{seen} of {wanted} were read");
    }

    private sealed class Threads(string path, int count) : IVectorSource
    {
        private readonly VectorTable _table = new(path, 0);

        public string Name => path;

        public void Read(VectorVisitor visit) => _table.Read(visit);

        public void ReadBlocks(VectorBlockVisitor visit, CancellationToken cancellation = default) => _table.ReadBlocks(count, visit, cancellation);
    }
}
