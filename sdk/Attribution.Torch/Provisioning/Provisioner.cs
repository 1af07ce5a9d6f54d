namespace Attribution.Torch.Provisioning;

/// <summary>Makes libtorch and the shim available: finds or installs, compiles, and proves that the result loads.</summary>
public static class Provisioner
{
    /// <summary>Provides libtorch and the shim. Does nothing that was done before.</summary>
    /// <param name="progress">Told in one line each what takes long.</param>
    /// <param name="warning">Told what works but not well: a code of <see cref="TorchErrorCodes"/> and a sentence.</param>
    /// <returns>What the loaded libtorch says of itself.</returns>
    /// <exception cref="TorchProvisioningException">Something is missing that cannot be installed from here.</exception>
    public static LoadedTorch Provide(Action<string> progress, Action<string, string> warning)
    {
        var log = Path.Combine(NativeFolder.Locate(), "provision.log");
        if (LibTorchLocator.Find() is null && DebianPackages.CanInstall)
            DebianPackages.Install(["libtorch-dev", "libopenblas0-pthread", "g++"], () => LibTorchLocator.Find() is not null, log, progress);
        var libTorch = LibTorchLocator.Locate();

        var builder = new ShimBuilder();
        if (!File.Exists(builder.PathFor(libTorch)))
        {
            if (CxxCompiler.Find() is null && string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable("CXX")) && DebianPackages.CanInstall)
                DebianPackages.Install(["g++"], () => CxxCompiler.Find() is not null, log, progress);
            progress($"compiling the shim over libtorch {libTorch.Version} of {libTorch.Root}");
        }
        builder.Ensure(libTorch);

        var loaded = LoadedTorch.Read();
        if (loaded.Blas.IsReference)
            warning(TorchErrorCodes.SlowBlas, $"libtorch uses {loaded.Blas.Name}, many times slower than OpenBLAS. Run `{Blas.MendLine}` as root.");
        return loaded;
    }
}
