using System.Diagnostics;
using Attribution.Data.Store;

namespace Attribution.Worker.Tests.Verbs;

public sealed class TryLockVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true, null, 3)]
    [InlineData(false, null, 0)]
    [InlineData(true, "1", 0)] // a process to which the file system tells of no locks
    public void Another_process_gets_a_lock_only_if_nobody_has_it(bool isHeld, string? withoutLocks, int code)
    {
        using var held = isHeld ? StoreLock.TryAcquire(_folder["lock"]) : null;
        using var process = Process.Start(Tests.CommandLine.Start(
            new Dictionary<string, string?> { ["DOTNET_SYSTEM_IO_DISABLEFILELOCKING"] = withoutLocks }, ["try-lock",
            _folder["lock"]]))!;
        process.WaitForExit();
        process.ExitCode.ShouldBe(code);
    }
}
