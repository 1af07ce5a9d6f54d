using System.CommandLine;
using Attribution.Data;
using Attribution.Worker.Doctor;

namespace Attribution.Worker.Verbs;

/// <summary><c>attribution doctor</c>: shows what the machine has, what is missing, and the command that installs it.</summary>
public static class DoctorVerb
{
    /// <summary>Creates the verb. Its exit code is 1 if something needed is missing.</summary>
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON instead of a table." };
        var verb = new Command("doctor", "Shows what this machine has, what is missing, and the command that installs it.") { json };
        verb.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            List<Check> checks = [.. TorchChecks.Look(), StoreCheck.Look(ArtifactPaths.Current().Store), .. KeyChecks.Look()];
            if (parsed.GetValue(json))
                DoctorReport.WriteJson(checks, output);
            else
                DoctorReport.WriteTable(checks, (output as Shown.Writer)?.Inner ?? output, output is Shown.Writer);
            return DoctorReport.ExitCode(checks);
        });
        return verb;
    }
}
