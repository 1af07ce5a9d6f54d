using System.CommandLine;
using System.Diagnostics;
using Attribution.Data.Store;

namespace Attribution.Worker.Verbs;

/// <summary><c>attribution try-lock</c>: tries to lock a file that another process holds. A store uses it to test its file system.</summary>
internal static class TryLockVerb
{
    private const int Refused = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var file = new Argument<string>("file");
        var verb = new Command("try-lock", "Exits with 0 if it gets the lock of a file, and with 3 if another process holds it.") { file };
        verb.Hidden = true;
        verb.SetAction(parsed =>
        {
            using var held = StoreLock.TryAcquire(parsed.GetRequiredValue(file));
            return held is null ? Refused : 0;
        });
        return verb;
    }

    /// <summary>Tries the lock from another process; null if that gives no answer.</summary>
    public static bool? TryFromOtherProcess(string file)
    {
        var (program, arguments) = ThisProgram.Command("try-lock", file);
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            if (!process.WaitForExit(Patience))
            {
                process.Kill(entireProcessTree: true);
                return null;
            }
            return process.ExitCode switch { 0 => true, Refused => false, _ => null };
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
