using System.ComponentModel;
using System.Diagnostics;
using Attribution.Diagnostics;

namespace Attribution.Worker.Slurm;

/// <summary>The answer of a command of Slurm.</summary>
/// <param name="Code">The exit code; -1 if the command did not end.</param>
/// <param name="Output">The standard output.</param>
/// <param name="Error">The standard error.</param>
internal sealed record SlurmAnswer(int Code, string Output, string Error);

/// <summary>Runs the commands of Slurm: <c>sbatch</c>, <c>squeue</c> and <c>scancel</c>, and no others.</summary>
internal static class SlurmCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs a command and waits for its end, for two minutes at most.</summary>
    /// <exception cref="AttributionException">ATTR1041: this machine does not have the command.</exception>
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

    /// <summary>Cancels a job. Waits two seconds at most, because the caller may be ending itself.</summary>
    public static void Cancel(string job)
    {
        using var process = Start("scancel", ["--quiet", job]);
        process.WaitForExit(TimeSpan.FromSeconds(2));
    }

    private static Process Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        // This process may itself be a job, whose variables are not those of the job that it asks for. Keys of a .env file must not get into the cluster's
        // database; workers read the file themselves. Variables of the build that started this process are not for others.
        var foreign = start.Environment.Keys.Where(name => name.StartsWith("SLURM_", StringComparison.Ordinal) && name != "SLURM_CONF")
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
