using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Attribution.Tests.Slurm;

/// <summary>A test on a Slurm cluster of this machine. It is skipped where there is none and none can be installed.</summary>
public sealed class SlurmFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Reason = new(SlurmCluster.Install);

    /// <summary>Installs Slurm if it can.</summary>
    public SlurmFactAttribute() => Skip = Reason.Value;
}

/// <summary>A Slurm cluster of two nodes with two pretended GPUs each, in a folder of its own.</summary>
public sealed class SlurmCluster : IDisposable
{
    private static readonly string[] Packages = ["slurmctld", "slurmd", "slurm-client", "munge"];

    private readonly TemporaryFolder _folder = new();

    /// <summary>Starts it.</summary>
    public SlurmCluster()
    {
        if (Install() is not null)
            return;
        for (var attempt = 1; ; attempt++)
        {
            var (code, output) = Try("sh", [Script, "up", _folder.Path, $"{FreePort()}"]);
            if (code == 0)
                return;
            // Somebody else may have taken the port meanwhile.
            Try("sh", [Script, "down", _folder.Path]);
            if (attempt == 3)
                throw new InvalidOperationException(output);
        }
    }

    /// <summary>The names of the nodes.</summary>
    public static IReadOnlyList<string> Nodes { get; } = ["node1", "node2"];

    /// <summary>The cluster, for processes.</summary>
    public string Configuration => _folder["slurm.conf"];

    private static string Script => Path.Combine(SharedData.RepositoryRoot, "tests", "Attribution.Worker.Tests", "Slurm", "cluster.sh");

    /// <summary>Why there is no Slurm here; null if there is, or now is.</summary>
    public static string? Install()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            return "needs a Slurm cluster, which root can make on Linux";
        if (File.Exists("/usr/sbin/slurmctld") && File.Exists("/usr/sbin/slurmd") && File.Exists("/usr/bin/sbatch") && File.Exists("/usr/sbin/munged"))
            return null;
        if (!File.Exists("/etc/debian_version"))
            return $"needs Slurm: install {string.Join(", ", Packages)}";
        string[] install = ["-o", "DPkg::Lock::Timeout=300", "install", "-y", "--no-install-recommends", .. Packages];
        if (Apt(install) == 0)
            return null;
        Apt(["-o", "DPkg::Lock::Timeout=300", "update"]);
        return Apt(install) == 0 ? null : $"needs Slurm, and apt-get does not install {string.Join(", ", Packages)}";
    }

    /// <summary>Runs a command of Slurm and gives what it prints.</summary>
    public string Ask(string program, params string[] arguments)
    {
        var (code, output) = Try(program, arguments);
        return code == 0 ? output.Trim() : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {output}");
    }

    /// <summary>Ends a running job and starts it again, as Slurm does with a job of a node that failed.</summary>
    public void Requeue(string job)
    {
        Ask("scontrol", "requeue", job);
        for (var clock = Stopwatch.StartNew(); Ask("squeue", "--noheader", $"--jobs={job}", "--format=%T %r") is var state && state != "RUNNING None";
            Thread.Sleep(200))
        {
            // By itself it would wait for two minutes.
            if (state == "PENDING BeginTime")
                Ask("scontrol", "update", $"JobId={job}", "StartTime=now");
            if (clock.Elapsed > TimeSpan.FromMinutes(4))
                throw new InvalidOperationException($"Job {job} does not start again: {state}");
        }
    }

    /// <summary>Cancels all jobs and waits until none of their processes is left to write anything.</summary>
    public void Clear()
    {
        if (!Directory.Exists(_folder["run"]))
            return;
        Ask("scancel", "--quiet", "--user=root");
        for (var clock = Stopwatch.StartNew(); Ask("squeue", "--noheader") is { Length: > 0 } left; Thread.Sleep(100))
            if (clock.Elapsed > TimeSpan.FromMinutes(4))
                throw new InvalidOperationException($"Jobs do not end:\n{left}");
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder["run"]))
            Try("sh", [Script, "down", _folder.Path]);
        try
        {
            _folder.Dispose();
        }
        catch (IOException)
        {
            // A daemon writes down what it knows while it ends.
        }
    }

    /// <summary>Runs a command of Slurm and gives its exit code and what it prints.</summary>
    public (int Code, string Output) Try(string program, params string[] arguments)
    {
        // The daemons that it starts keep its output open, so what it says goes to a file.
        var log = _folder["log.txt"];
        var start = new ProcessStartInfo("sh", ["-c", "log=$1; shift; exec \"$@\" > \"$log\" 2>&1 < /dev/null", "sh", log, program, .. arguments]);
        start.Environment["PATH"] = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin";
        start.Environment["SLURM_CONF"] = Configuration;
        using var process = Process.Start(start)!;
        process.WaitForExit();
        return (process.ExitCode, File.ReadAllText(log));
    }

    // Its daemons must not start: a cluster of tests has daemons of its own.
    private static int Apt(string[] arguments)
    {
        var start = new ProcessStartInfo("apt-get", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        start.Environment["RUNLEVEL"] = "1";
        try
        {
            using var apt = Process.Start(start)!;
            var error = apt.StandardError.ReadToEndAsync();
            apt.StandardOutput.ReadToEnd();
            apt.WaitForExit();
            return apt.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }

    // Three ports in a row, of which the second and the third are only likely to be free.
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
