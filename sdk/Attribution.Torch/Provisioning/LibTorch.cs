namespace Attribution.Torch.Provisioning;

/// <summary>A libtorch to compile the shim against and to load.</summary>
/// <param name="Source">Where it was found.</param>
/// <param name="Root">The folder it was found under: <c>libtorch/</c>, <c>site-packages/torch/</c> or <c>/usr</c>.</param>
/// <param name="Version">Its version as it names itself, such as <c>1.13.0</c> or <c>2.11.0+cu128</c>.</param>
/// <param name="IncludeDirs">The folders of its headers, for <c>-I</c>.</param>
/// <param name="LibraryDir">The folder of <c>libtorch.so</c>, every link resolved.</param>
/// <param name="Libraries">What to link, without <c>lib</c> and <c>.so</c>.</param>
/// <param name="Cxx11Abi">Whether it was compiled with <c>_GLIBCXX_USE_CXX11_ABI=1</c>.</param>
public sealed record LibTorch(
    LibTorchSource Source,
    string Root,
    string Version,
    IReadOnlyList<string> IncludeDirs,
    string LibraryDir,
    IReadOnlyList<string> Libraries,
    bool Cxx11Abi)
{
    /// <summary>Whether it was built with CUDA; says nothing about this machine's devices.</summary>
    public bool IsCuda => Libraries.Contains("torch_cuda");

    /// <summary>The library that holds the CPU operators, and with them the dependence on a BLAS.</summary>
    public string CpuLibrary => Path.Combine(LibraryDir, "libtorch_cpu.so");
}
