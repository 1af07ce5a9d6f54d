using System.CommandLine;
using System.Diagnostics;
using Attribution.Data;
using Attribution.Data.DuckDb;
using Spectre.Console;

namespace Attribution.Benchmarks;

/// <summary>How fast datasets and tables of vectors stream, and how far the process grows meanwhile.</summary>
internal static class DatasetBenchmark
{
    internal static Command Create()
    {
        var rows = new Option<int>("--rows") { Description = "Conversations of about 1 KB each.", DefaultValueFactory = _ => 1_000_000 };
        var vectors = new Option<int>("--vectors") { Description = "Vectors of 4096 float32 each.", DefaultValueFactory = _ => 20_000 };
        var command = new Command("dataset", "Rows and vectors read per second, with the growth of the process.") { rows, vectors };
        command.SetAction(result => Run(result.GetValue(rows), result.GetValue(vectors)));
        return command;
    }

    private static void Run(int rows, int vectors)
    {
        var folder = Directory.CreateTempSubdirectory("attribution-benchmark-").FullName;
        try
        {
            var table = new Table().AddColumns("what", "rows", "seconds", "rows/s", "MB/s", "growth of the process");
            using (var db = DuckDbDatabase.Open())
                foreach (var name in new[] { "d.parquet", "d.jsonl" })
                    db.Execute($"COPY (SELECT [{{'role': 'user', 'content': i::VARCHAR}}, {{'role': 'assistant', 'content': repeat(md5(i::VARCHAR), "
                        + $"30)}}] AS treatment_messages FROM range({rows}) t(i)) TO "
                        + $"{Sql.Literal(Path.Combine(folder, name))}{(name.EndsWith("jsonl") ? " (FORMAT json)" : "")}");
            foreach (var name in new[] { "d.parquet", "d.jsonl" })
                Measure(table, $"read {name}", rows, 1000L * rows, tick =>
                {
                    foreach (var _ in Dataset.Open(new() { Path = Path.Combine(folder, name) }).Rows())
                        tick();
                });

            var path = Path.Combine(folder, "v.parquet");
            var vector = new float[4096];
            var random = new Random(1);
            Measure(table, "write vectors", vectors, 16384L * vectors, tick =>
            {
                using var writer = new VectorTableWriter(path, vector.Length);
                for (var i = 0; i < vectors; i++, tick())
                {
                    for (var j = 0; j < vector.Length; j++)
                        vector[j] = random.NextSingle() - 0.5f;
                    writer.Append(i, 0, vector);
                }
                writer.Complete();
            });
            Measure(table, "read vectors", vectors, 16384L * vectors, tick =>
            {
                using var reader = VectorTableReader.Open(path);
                while (reader.Read())
                    tick();
            });
            AnsiConsole.WriteLine($"vectors: {new FileInfo(path).Length / (16384.0 * vectors):P0} of their size in memory");
            AnsiConsole.Write(table);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Measure(Table table, string what, long rows, long bytes, Action<Action> work)
    {
        GC.Collect();
        var before = Environment.WorkingSet;
        var (seen, peak) = (0L, before);
        var watch = Stopwatch.StartNew();
        work(() =>
        {
            if (++seen % 2048 == 0)
                peak = Math.Max(peak, Environment.WorkingSet);
        });
        var seconds = watch.Elapsed.TotalSeconds;
        table.AddRow(what, $"{seen}", $"{seconds:F1}", $"{seen / seconds:F0}", $"{bytes / seconds / 1e6:F0}", $"{(peak - before) >> 20} MiB");
        if (seen != rows)
            throw new InvalidOperationException($"{what}: {seen} of {rows} rows");
    }
}
