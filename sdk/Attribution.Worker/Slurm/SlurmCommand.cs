using System.ComponentModel;
using System.Diagnostics;
using Attribution.Diagnostics;

namespace Attribution.Worker.Slurm;

/// <summary>What a command of Slurm answered.</summary>
/// <param name="Code">Its exit code.</param>
/// <param name="Output">What it printed.</param>
/// <param name="Error">What it said of errors.</param>
internal sealed record SlurmAnswer(int Code, string Output, string Error);

/// <summary>Runs the commands of Slurm: <c>sbatch</c>, <c>squeue</c>, <c>scancel</c>. Nothing else of a cluster is used.</summary>
internal static class SlurmCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs a command to its end.</summary>
    /// <exception cref="AttributionException">ATTR1041: there is no such command here.</exception>
    public static SlurmAnswer Run(string program, params IEnumerable<string> arguments)
    {
        using var process = Start(program, arguments);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill();
            return new SlurmAnswer(-1, "", $"{program} does not answer");
        }
        return new SlurmAnswer(process.ExitCode, output.Result.Trim(), error.Result.Trim());
    }

    /// <summary>Cancels jobs; does not wait until it is done, for whoever cancels may have no time.</summary>
    public static void Cancel(string job)
    {
        using var process = Start("scancel", ["--quiet", job]);
        process.WaitForExit(TimeSpan.FromSeconds(2));
    }

    private static Process Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        // Of the job that this process may itself be: what it was given is not what it asks for. And keys that a .env file holds are no business of the
        // cluster's database; workers read the file themselves.
        var foreign = start.Environment.Keys.Where(name => name.StartsWith("SLURM_", StringComparison.Ordinal) && name != "SLURM_CONF")
            // And of the build that started this.
            .Concat(start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)))
            .Concat(EnvironmentFile.Names());
        foreach (var name in foreign.ToArray())
            start.Environment.Remove(name);
        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close();
            return process;
        }
        catch (Win32Exception)
        {
            throw new AttributionException(ErrorCodes.SlurmMissing,
                $"Executor is slurm, and there is no command {program} here. Build where Slurm's commands are on the PATH, such as the cluster's login "
                    + "node, or leave Executor out to compute on this machine.")
            { Property = "Executor" };
        }
    }
}
