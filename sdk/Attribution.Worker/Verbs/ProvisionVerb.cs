using System.CommandLine;
using Attribution.Worker.Backends;

namespace Attribution.Worker.Verbs;

/// <summary>
/// <c>attribution provision</c>: finds or installs the native libraries and compiles the shim. A build runs it; what it prints
/// are lines that MSBuild shows, errors and warnings with their codes.
/// </summary>
public static class ProvisionVerb
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var verb = new Command("provision", "Find or install the native libraries and compile the shim over libtorch; done once, a build does it.");
        verb.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            void Progress(string line) => output.WriteLine($"attribution: {line}");
            TorchBackend.Provide(Progress, warning: (code, line) => output.WriteLine($"warning {code}: {line}"));
            return 0;
        });
        return verb;
    }
}
