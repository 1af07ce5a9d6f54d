namespace Attribution.Torch.Provisioning;

/// <summary>The codes of <see cref="TorchProvisioningException"/>; the part ATTR1001 to ATTR1009 of the project's codes.</summary>
public static class TorchErrorCodes
{
    /// <summary>No libtorch on this machine, and it may not be installed from here.</summary>
    public const string LibTorchMissing = "ATTR1001";

    /// <summary>A folder was named that holds no libtorch, no headers, or one that is too old.</summary>
    public const string LibTorchUnusable = "ATTR1002";

    /// <summary>No C++ compiler for the shim.</summary>
    public const string CompilerMissing = "ATTR1003";

    /// <summary>The shim does not compile or link against the libtorch found.</summary>
    public const string ShimDoesNotCompile = "ATTR1004";

    /// <summary>The dynamic loader refuses the shim or the libtorch behind it.</summary>
    public const string LibTorchDoesNotLoad = "ATTR1005";

    /// <summary>The system's package manager could not install what is missing.</summary>
    public const string InstallationFailed = "ATTR1006";

    /// <summary>The number of threads asked for is not a positive number.</summary>
    public const string BadThreads = "ATTR1007";

    /// <summary>A warning: libtorch links to the reference BLAS, many times slower than OpenBLAS.</summary>
    public const string SlowBlas = "ATTR1008";
}
