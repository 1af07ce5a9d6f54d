using System.ComponentModel;
using System.Diagnostics;

namespace Attribution.Reporting;

/// <summary>The state of the git repository that contains an experiment, when its report is written. No result and no fingerprint depends on it.</summary>
/// <param name="Commit">The hash of the commit that is checked out.</param>
/// <param name="Changed">The number of files that differ from it or are not in it; ignored files do not count.</param>
internal sealed record GitState(string Commit, int Changed)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The state of the repository around a folder; null if there is no repository, no commit, or no git.</summary>
    public static GitState? Of(string folder) => Run(folder, "rev-parse", "--verify", "HEAD")?.Trim() is { Length: > 0 } commit
        && Run(folder, "status", "--porcelain") is { } status ? new(commit, status.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length) : null;

    private static string? Run(string folder, params string[] arguments)
    {
        // Reading the state must not take the lock that a simultaneous commit needs.
        var start = new ProcessStartInfo("git", ["--no-optional-locks", .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true
        };
        try
        {
            using var git = Process.Start(start)!;
            git.ErrorDataReceived += (_, _) => { };
            git.BeginErrorReadLine();
            var output = git.StandardOutput.ReadToEndAsync();
            if (git.WaitForExit(Patience) && output.Wait(Patience))
                return git.ExitCode == 0 ? output.Result : null;
            git.Kill(entireProcessTree: true);
            return null;
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or IOException)
        {
            return null;
        }
    }
}
