namespace Attribution.Worker;

/// <summary>How this program was started, for starting it again or showing the command to a person.</summary>
public static class ThisProgram
{
    /// <summary>The program and the arguments that run a verb.</summary>
    public static (string Program, IEnumerable<string> Arguments) Command(params string[] verb)
    {
        var program = Environment.ProcessPath ?? "attribution";
        // Started as `dotnet Attribution.Worker.dll`, the program is dotnet and needs the assembly.
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? (program, [Environment.GetCommandLineArgs()[0], .. verb])
            : (program, verb);
    }

    /// <summary>The same as one line for a shell.</summary>
    public static string Line(params string[] verb)
    {
        var (program, arguments) = Command(verb);
        return string.Join(' ', arguments.Prepend(program));
    }
}
