using Attribution.Torch.Provisioning;

namespace Attribution.Torch.Tests.Provisioning;

public sealed class MachineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ID=debian\n", true)]
    [InlineData("ID=ubuntu\nID_LIKE=debian\n", true)]
    [InlineData("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", true)]
    [InlineData("ID=fedora\n", false)]
    [InlineData("PRETTY_NAME=\"not debian\"\nID=arch\n", false)]
    public void Debian_and_its_relatives_are_told_from_the_rest(string osRelease, bool isDebian) =>
        DebianPackages.IsDebian(_folder.Write("os-release", osRelease)).ShouldBe(isDebian);

    [Fact]
    public void The_BLAS_is_told_from_the_libraries_that_are_mapped()
    {
        Blas.Of(["/usr/lib/x86_64-linux-gnu/openblas-pthread/libblas.so.3", "/usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblasp-r0.3.21.so"])!.IsReference.ShouldBeFalse();
        Blas.Of(["/usr/lib/x86_64-linux-gnu/blas/libblas.so.3.11.0"])!.IsReference.ShouldBeTrue();
        Blas.Of(["/usr/lib/x86_64-linux-gnu/blas/libblas.so.3.11.0", "/usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblasp-r0.3.21.so"])!.IsReference.ShouldBeTrue();
        Blas.Of(["/usr/lib64/libblas.so.3.11.0"])!.IsReference.ShouldBeTrue();
        Blas.Of(["/opt/intel/libmkl_rt.so.2"])!.Name.ShouldBe("MKL");
        Blas.Of(["/usr/lib/x86_64-linux-gnu/atlas/libblas.so.3.10.3"])!.IsReference.ShouldBeFalse();
        Blas.Of(["/usr/lib/libc.so.6"]).ShouldBeNull();
    }

    [Fact]
    public void The_loaded_libtorch_says_what_it_is()
    {
        var loaded = LoadedTorch.Read();
        loaded.Version.ShouldStartWith(ShimLoader.LibTorch!.Version.Split('+')[0]);
        loaded.CpuCapability.ShouldNotBe("unknown");
        loaded.Threads.ShouldBe(ShimLoader.Threads!.Threads);
    }
}
