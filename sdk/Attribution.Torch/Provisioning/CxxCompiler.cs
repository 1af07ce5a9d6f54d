namespace Attribution.Torch.Provisioning;

/// <summary>The C++ compiler that builds the shim.</summary>
/// <param name="Command">The program and its leading arguments, as in <c>CXX="ccache g++"</c>.</param>
/// <param name="Version">The first line of its <c>--version</c>.</param>
public sealed record CxxCompiler(IReadOnlyList<string> Command, string Version)
{
    /// <summary>The environment's <c>CXX</c>, else <c>g++</c>, <c>c++</c> or <c>clang++</c> on <c>PATH</c>; null if none runs.</summary>
    public static CxxCompiler? Find()
    {
        var named = Environment.GetEnvironmentVariable("CXX");
        string[] candidates = string.IsNullOrWhiteSpace(named) ? ["g++", "c++", "clang++"] : [named];
        foreach (var candidate in candidates)
        {
            var command = candidate.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (ChildProcess.Find(command[0]) is { } program
                && ChildProcess.Run(program, [.. command[1..], "--version"]) is { Succeeded: true } answer)
                return new CxxCompiler([program, .. command[1..]], answer.Output.Split('\n')[0].Trim());
        }
        return null;
    }

    /// <summary>As <see cref="Find"/>.</summary>
    /// <exception cref="TorchProvisioningException"><see cref="TorchErrorCodes.CompilerMissing"/>.</exception>
    public static CxxCompiler Locate()
    {
        if (Find() is { } found)
            return found;
        var named = Environment.GetEnvironmentVariable("CXX");
        throw new TorchProvisioningException(TorchErrorCodes.CompilerMissing,
            string.IsNullOrWhiteSpace(named)
                ? "The shim over libtorch must be compiled once and there is no C++ compiler: neither g++, c++ nor clang++ is on PATH."
                : $"The shim over libtorch must be compiled once and CXX names `{named}`, which does not run.",
            "Run `apt-get install g++` as root, or name a compiler with CXX=PROGRAM.");
    }

    internal ChildProcess Compile(IEnumerable<string> arguments) =>
        ChildProcess.Run(Command[0], [.. Command.Skip(1), .. arguments]) ?? new ChildProcess(127, $"{Command[0]} does not start");
}
