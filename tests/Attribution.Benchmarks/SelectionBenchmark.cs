using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Attribution.Data.Vectors;
using Attribution.Selection;
using Microsoft.Win32.SafeHandles;
using Spectre.Console;

namespace Attribution.Benchmarks;

/// <summary>
/// Scores of several evaluation sets against a file of float16 vectors, and bare sequential reads of the same file in the same run: the share of the disk's,
/// and of the page cache's, own rate that scoring reaches.
/// </summary>
internal static partial class SelectionBenchmark
{
    private const int ReadBytes = 4 << 20;
    private const int DontNeed = 4;

    internal static Command Create()
    {
        var rows = new Option<int>("--rows") { Description = "Training vectors. 1,000,000 of 4096 take 8 GB.", DefaultValueFactory = _ => 200_000 };
        var dimension = new Option<int>("--dimension") { Description = "Components of a vector.", DefaultValueFactory = _ => 4096 };
        var scorers = new Option<int>("--scorers") { Description = "Evaluation sets.", DefaultValueFactory = _ => 10 };
        var rounds = new Option<int>("--rounds") { Description = "Measurements of each, in turn; medians are shown.", DefaultValueFactory = _ => 5 };
        var format = new Option<string>("--format") { Description = "npy, npy-float16 or int8.", DefaultValueFactory = _ => "npy-float16" };
        var folder = new Option<string?>("--folder")
        {
            Description = "Where to write the file; the system's temporary folder by "
            + "default. It is removed at the end."
        };
        var command = new Command("selection", "Scoring rate against the rate of reading the same file.") { rows, dimension, scorers, rounds, format, folder };
        command.SetAction(result => Run(result.GetValue(rows), result.GetValue(dimension), result.GetValue(scorers), result.GetValue(rounds),
            VectorFormats.Parse(result.GetValue(format)!), result.GetValue(folder)));
        return command;
    }

    private static void Run(int rows, int dimension, int count, int rounds, VectorFormat format, string? root)
    {
        var folder = Directory.CreateDirectory(Path.Combine(root ?? Path.GetTempPath(), $"attribution-selection-{Guid.NewGuid():N}")).FullName;
        try
        {
            Write(folder, rows, dimension, format);
            var file = Directory.GetFiles(folder, "scores-*").Single();
            var bytes = new FileInfo(file).Length;
            var scorers = Enumerable.Range(1, count).Select(seed => RowScorer.Along(ScoringMethod.CosSim, Random(new Random(seed), dimension))).ToArray();
            var threads = Environment.ProcessorCount;
            AnsiConsole.WriteLine($"{rows:N0} vectors of {dimension:N0}, {format.ToName()}, {bytes / 1e9:F2} GB; {count} evaluation sets; {threads} cores");
            (string Name, Action Work)[] works =
            [
                ("read, 1 thread", () => Read(file, 1)),
                ($"read, {threads} threads", () => Read(file, threads)),
                ("score", () => RowScorer.Score(scorers, VectorFolder.Open(folder, 0))),
            ];
            var table = new Table().AddColumns("file", "what", "seconds", "CPU seconds", "GB/s", "GFLOP/s", "of the best read", "peak memory so far");
            foreach (var (state, prepare, repeats) in new (string, Action, int)[] { ("in the page cache", () => { }, rounds),
                ("on disk", () => Evict(file), Math.Min(rounds, 3)) })
            {
                Read(file, threads);
                var times = Measure([.. works.Select(w => w.Work)], prepare, repeats);
                foreach (var (i, (name, _)) in works.Index())
                    table.AddRow(state, name, $"{times[i].Wall:F3}", $"{times[i].Cpu:F3}", $"{bytes / times[i].Wall / 1e9:F2}",
                        i < 2 ? "" : $"{2.0 * rows * dimension * count / times[i].Wall / 1e9:F0}",
                        $"{Math.Min(times[0].Wall, times[1].Wall) / times[i].Wall:P0}", $"{Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB");
            }
            AnsiConsole.Write(table);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // A thousand different rows, again and again.
    private static void Write(string folder, int rows, int dimension, VectorFormat format)
    {
        var random = new Random(0);
        var pool = Enumerable.Range(0, 1000).Select(_ => Random(random, dimension)).ToArray();
        using var writer = VectorTables.Create(folder, 0, format, dimension);
        for (var row = 0; row < rows; row++)
            writer.Append(row, pool[row % pool.Length]);
        writer.Complete();
    }

    private static float[] Random(Random random, int dimension) => [.. Enumerable.Range(0, dimension).Select(_ => random.NextSingle() - 0.5f)];

    private static (double Wall, double Cpu)[] Measure(Action[] works, Action prepare, int rounds)
    {
        var times = works.Select(_ => new List<(double Wall, double Cpu)>()).ToArray();
        for (var round = 0; round < rounds; round++)
            foreach (var (i, work) in works.Index())
            {
                prepare();
                var (watch, before) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
                work();
                times[i].Add((watch.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds));
            }
        return [.. times.Select(t => t.Order().ElementAt(rounds / 2))];
    }

    // Large pieces, in order, into memory that is written over: nothing but reading.
    private static void Read(string path, int threads)
    {
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var (next, length) = (-1L, RandomAccess.GetLength(file));
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ =>
        {
            var buffer = GC.AllocateUninitializedArray<byte>(ReadBytes, pinned: true);
            for (long at; (at = Interlocked.Increment(ref next) * ReadBytes) < length;)
                for (int read = 0, more; read < ReadBytes && (more = RandomAccess.Read(file, buffer.AsSpan(read), at + read)) > 0; read += more)
                {
                }
        });
    }

    private static void Evict(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
        if (Advise(file, 0, 0, DontNeed) != 0)
            throw new InvalidOperationException("the kernel does not let go of the file's pages");
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);
}
