using Attribution.Torch.Provisioning;

namespace Attribution.Torch.Tests.Provisioning;

public sealed class LibTorchLocatorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_named_folder_that_does_not_exist_is_an_error_that_names_it() =>
        Refusal("nowhere").Problem.ShouldContain(Path.Combine(_folder.Path, "nowhere"));

    [Fact]
    public void A_named_folder_without_libtorch_is_an_error_even_where_another_libtorch_could_be_found() =>
        Refusal("").Problem.ShouldContain("no lib/libtorch.so");

    [Fact]
    public void A_libtorch_without_headers_is_refused()
    {
        Library("");
        Refusal("").Problem.ShouldContain("headers");
    }

    [Fact]
    public void A_libtorch_older_than_1_13_is_refused_with_its_version()
    {
        Library("");
        Headers("", 1, 12, 1);
        Refusal("").Problem.ShouldContain("libtorch 1.12.1, older than 1.13");
    }

    [Theory]
    [InlineData("")]
    [InlineData("libtorch")] // the archive from pytorch.org
    [InlineData("torch")] // site-packages
    public void The_folder_of_an_archive_and_site_packages_can_be_named(string root)
    {
        Library(root);
        Headers(root, 2, 11, 0);
        _folder.Write(Path.Combine(root, "version.py"), "__version__ = '2.11.0+cu128'\n");
        _folder.Write(Path.Combine(root, "lib/libtorch_cuda.so"), "");

        var found = LibTorchLocator.Locate(_folder.Path);

        found.Source.ShouldBe(LibTorchSource.Explicit);
        found.Version.ShouldBe("2.11.0+cu128");
        found.LibraryDir.ShouldBe(Path.Combine(_folder.Path, root, "lib").TrimEnd('/'));
        found.Libraries.ShouldBe(["torch", "torch_cpu", "c10", "torch_cuda"]);
        found.IsCuda.ShouldBeTrue();
    }

    [Theory]
    [InlineData("_ZN3c105ErrorC1ESs", false)]
    [InlineData("_ZN3c105ErrorC1ENSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE", true)]
    public void The_string_ABI_is_read_from_the_symbols_of_the_library(string symbol, bool cxx11)
    {
        Library("");
        Headers("", 2, 1, 0);
        _folder.Write("lib/libc10.so", $"\0{symbol}\0");
        LibTorchLocator.Locate(_folder.Path).Cxx11Abi.ShouldBe(cxx11);
    }

    private TorchProvisioningException Refusal(string path)
    {
        var refusal = Should.Throw<TorchProvisioningException>(() => LibTorchLocator.Locate(Path.Combine(_folder.Path, path)));
        refusal.Code.ShouldBe(TorchErrorCodes.LibTorchUnusable);
        refusal.Advice.ShouldContain("LibTorchPath");
        return refusal;
    }

    private void Library(string root)
    {
        foreach (var library in new[] { "torch", "torch_cpu", "c10" })
            _folder.Write(Path.Combine(root, $"lib/lib{library}.so"), "");
    }

    private void Headers(string root, int major, int minor, int patch)
    {
        _folder.Write(Path.Combine(root, "include/ATen/core/dispatch/Dispatcher.h"), "");
        _folder.Write(Path.Combine(root, "include/torch/csrc/api/include/torch/version.h"),
            $"#define TORCH_VERSION_MAJOR {major}\n#define TORCH_VERSION_MINOR {minor}\n#define TORCH_VERSION_PATCH {patch}\n");
    }
}
