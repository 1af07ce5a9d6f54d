using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Attribution.Tests.Slurm;
using Attribution.Worker.Slurm;
using Attribution.Worker.Tests.Stages;

namespace Attribution.Worker.Tests.Slurm;

/// <summary>An experiment whose model runs in arrays of a test's cluster.</summary>
internal sealed class SlurmRun : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly SlurmCluster _cluster;

    public SlurmRun(SlurmCluster cluster, string name, int rows, int workers, TestExperiment? beside = null, object? slurm = null)
    {
        _cluster = cluster;
        Experiment = new(beside?.Root, name, store: $"{name}-store")
        { Execution = new { device = "cpu", workers, executor = "slurm", slurm = slurm ?? new { gpusPerWorker = 1, partition = "low" } } };
        Experiment.WithData(rows);
    }

    public TestExperiment Experiment { get; }

    /// <summary>With rows that take their time: 8 ms each, or 25 ms with <c>test_slower</c>.</summary>
    public SlurmRun Slow(string method = "test_slow")
    {
        (Experiment.Plugin, Experiment.TrainMethods, Experiment.EvalMethods) = (typeof(SlurmRun).Assembly.Location, [method], [method]);
        return this;
    }

    public string Folder(string stage) => SlurmArray.FolderOf(Experiment.State, stage);

    private Dictionary<string, string?> Environment => new() { ["SLURM_CONF"] = _cluster.Configuration, [SlurmQueue.Variable] = "0.5" };

    public StageProcess Start(string stage) => new(Experiment, stage, Environment, ["--stop-with-stdin"]);

    public IReadOnlyList<WorkerLine> Run(string stage, int code = 0)
    {
        using var process = Start(stage);
        var (ended, output) = process.Finish();
        ended.ShouldBe(code, output);
        return WorkerLine.Parse(output);
    }

    /// <summary>What the build that is submitted says: here it is a stage alone.</summary>
    public string Submit(string stage)
    {
        var build = CommandLine.Start(Environment, "run-stage", stage, "--request", Experiment.RequestFile(stage));
        var (code, output, error) = CommandLine.Run(Environment, ["submit", "--state", Experiment.State, "--", build.FileName, .. build.ArgumentList]);
        code.ShouldBe(0, output + error);
        return WorkerLine.Parse(output).Single(line => line.Kind == "summary").Text;
    }

    /// <summary>What is noted of the build that was submitted; empty if nothing is.</summary>
    public string Noted(string kind)
    {
        var file = Path.Combine(Experiment.State, $"slurm.build.{kind}");
        return File.Exists(file) ? File.ReadAllText(file).Trim() : "";
    }

    /// <summary>The journals of a stage, by the names of their files.</summary>
    public IReadOnlyDictionary<string, JournalLine[]> Journals(string stage) => !Directory.Exists(Folder(stage)) ? new Dictionary<string, JournalLine[]>()
        : Directory.EnumerateFiles(Folder(stage), "*" + JournalLine.Suffix).ToDictionary(file => Path.GetFileName(file)!, file =>
            Lines(file).Select(JournalLine.Read).OfType<JournalLine>().ToArray());

    /// <summary>The lines of a kind in all journals of a stage.</summary>
    public JournalLine[] Lines(string stage, string kind) => [.. Journals(stage).Values.SelectMany(lines => lines).Where(line => line.Kind == kind)];

    /// <summary>Waits until something is so.</summary>
    public static void Until(string what, Func<bool> isSo)
    {
        for (var clock = Stopwatch.StartNew(); !isSo(); Thread.Sleep(20))
            clock.Elapsed.ShouldBeLessThan(Patience, what);
    }

    /// <summary>The process of a worker by its journal's name.</summary>
    public static Process ProcessOf(string journal) =>
        Process.GetProcessById(int.Parse(Path.GetFileNameWithoutExtension(journal).Split('.')[^1], CultureInfo.InvariantCulture));

    /// <summary>Sends a signal to all workers of a stage, by its short name.</summary>
    public void SignalWorkers(string stage, string name)
    {
        foreach (var journal in Journals(stage).Keys)
            using (var worker = ProcessOf(journal))
                Process.Start("sh", ["-c", $"kill -{name} {worker.Id}"]).WaitForExit();
    }

    /// <summary>The array of a stage.</summary>
    public string Job(string stage) =>
        (string)JsonNode.Parse(File.ReadAllBytes(Path.Combine(Folder(stage), "array.json")))!["Job"]!;

    public void Dispose() => Experiment.Dispose();

    // A worker may be writing to it.
    private static string[] Lines(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
