namespace Attribution.Torch.Provisioning;

/// <summary>Installs what is missing from Debian's packages, where that is allowed: as root on Debian or a relative of it.</summary>
public static class DebianPackages
{
    private const string Lists = "/var/lib/apt/lists";

    /// <summary>Whether this process may install packages here.</summary>
    public static bool CanInstall => Environment.IsPrivilegedProcess && IsDebian("/etc/os-release") && ChildProcess.Find("apt-get") is not null;

    /// <summary>Installs packages; one process at a time, and not if <paramref name="isThere"/> by the time it is our turn.</summary>
    /// <param name="packages">Their names.</param>
    /// <param name="isThere">Whether what they provide is there.</param>
    /// <param name="log">The file that takes what apt-get prints.</param>
    /// <param name="progress">Told in one line what is being done.</param>
    /// <exception cref="TorchProvisioningException"><see cref="TorchErrorCodes.InstallationFailed"/>.</exception>
    public static void Install(IReadOnlyList<string> packages, Func<bool> isThere, string log, Action<string> progress)
    {
        using var turn = FileLock.Take("/run/attribution-provision.lock");
        if (isThere())
            return;
        var names = string.Join(' ', packages);
        progress($"installing {names} with apt-get, which may take some minutes (log: {log})");
        Directory.CreateDirectory(Path.GetDirectoryName(log)!);
        using var writer = new StreamWriter(log, append: true) { AutoFlush = true };

        var fresh = false;
        if (!Directory.Exists(Lists) || !Directory.EnumerateFiles(Lists, "*_Packages*").Any())
            fresh = AptGet(writer, ["update"]).Succeeded;
        var installation = AptGet(writer, ["install", "--yes", "--no-install-recommends", .. packages]);
        // Old package lists name files that the mirror no longer has.
        if (!installation.Succeeded && !fresh && AptGet(writer, ["update"]).Succeeded)
            installation = AptGet(writer, ["install", "--yes", "--no-install-recommends", .. packages]);
        if (!installation.Succeeded)
            throw new TorchProvisioningException(TorchErrorCodes.InstallationFailed,
                $"apt-get could not install {names} (exit code {installation.ExitCode}).",
                $"Mend what its last lines say (the whole log is {log}), or run `apt-get install {names}` yourself.")
            { Output = installation.LastLines(15) };
    }

    internal static bool IsDebian(string osRelease) => File.Exists(osRelease) && File.ReadLines(osRelease)
        .Where(line => line.StartsWith("ID=", StringComparison.Ordinal) || line.StartsWith("ID_LIKE=", StringComparison.Ordinal))
        .SelectMany(line => line[(line.IndexOf('=') + 1)..].Trim('"').Split(' '))
        .Contains("debian");

    private static ChildProcess AptGet(TextWriter log, IEnumerable<string> arguments)
    {
        string[] all = ["-o", "DPkg::Lock::Timeout=600", .. arguments];
        log.WriteLine($"# apt-get {string.Join(' ', all)}");
        return ChildProcess.Run("apt-get", all, start => start.Environment["DEBIAN_FRONTEND"] = "noninteractive", line =>
        {
            lock (log)
                log.WriteLine(line);
        }) ?? new ChildProcess(127, "apt-get does not start");
    }
}
