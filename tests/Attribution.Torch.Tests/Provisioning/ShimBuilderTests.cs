using System.Diagnostics;
using System.Runtime.InteropServices;
using Attribution.Torch.Provisioning;

namespace Attribution.Torch.Tests.Provisioning;

/// <summary>The builder and the loader, with sources and libraries small enough to compile in a moment.</summary>
public sealed class ShimBuilderTests : IDisposable
{
    private const string Source = """extern "C" __attribute__((visibility("default"))) int answer() { return 42; }""";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_shim_is_compiled_once_however_many_ask_at_the_same_time()
    {
        var libTorch = FakeLibTorch();
        var compilations = _folder.Write("compilations", "");
        var compiler = _folder.Write("cxx", $"echo one >> {compilations}\nexec g++ \"$@\"\n");
        var native = Path.Combine(_folder.Path, "native");

        var paths = Enumerable.Range(0, 4).AsParallel().WithDegreeOfParallelism(4)
            .Select(_ => new ShimBuilder(Source, native, new CxxCompiler(["/bin/sh", compiler], "counting")).Ensure(libTorch)).ToArray();

        paths.Distinct().ShouldHaveSingleItem();
        File.ReadAllLines(compilations).Length.ShouldBe(1);
        NativeLibrary.TryGetExport(ShimLoader.Load(paths[0], libTorch), "answer", out _).ShouldBeTrue();
    }

    [Fact]
    public void Another_source_or_another_libtorch_is_another_shim()
    {
        var libTorch = FakeLibTorch();
        var path = new ShimBuilder(Source, _folder.Path).PathFor(libTorch);
        new ShimBuilder(Source + " ", _folder.Path).PathFor(libTorch).ShouldNotBe(path);
        new ShimBuilder(Source, _folder.Path).PathFor(libTorch with { Version = "2.12.0" }).ShouldNotBe(path);
        new ShimBuilder(Source, _folder.Path).PathFor(libTorch with { Cxx11Abi = !libTorch.Cxx11Abi }).ShouldNotBe(path);
        File.AppendAllText(libTorch.CpuLibrary, "upgraded in place");
        new ShimBuilder(Source, _folder.Path).PathFor(libTorch).ShouldNotBe(path);
    }

    [Fact]
    public void A_shim_that_does_not_compile_is_an_error_with_the_compilers_words_and_leaves_nothing_behind()
    {
        var libTorch = FakeLibTorch();
        var builder = new ShimBuilder("int answer() { return fourty_two; }", _folder.Path);

        var failure = Should.Throw<TorchProvisioningException>(() => builder.Ensure(libTorch));

        failure.Code.ShouldBe(TorchErrorCodes.ShimDoesNotCompile);
        failure.Output.ShouldNotBeNull().ShouldContain("fourty_two");
        failure.Advice.ShouldContain("LibTorchPath");
        Directory.EnumerateFiles(Path.GetDirectoryName(builder.PathFor(libTorch))!, "*.so*").ShouldBeEmpty();
    }

    [Fact]
    public void A_libtorch_that_lacks_what_the_shim_calls_is_an_error_when_linking_not_a_crash_when_running()
    {
        var builder = new ShimBuilder("namespace c10 { void of_another_abi(); } extern \"C\" void call() { c10::of_another_abi(); }", _folder.Path);
        var failure = Should.Throw<TorchProvisioningException>(() => builder.Ensure(FakeLibTorch()));
        failure.Code.ShouldBe(TorchErrorCodes.ShimDoesNotCompile);
        failure.Output.ShouldNotBeNull().ShouldContain("of_another_abi");
    }

    [Fact]
    public void A_libtorch_that_does_not_load_is_an_error_with_the_loaders_words()
    {
        var libTorch = FakeLibTorch();
        var shim = new ShimBuilder(Source, _folder.Path).Ensure(libTorch);
        File.WriteAllText(Path.Combine(libTorch.LibraryDir, "libc10.so"), "not an ELF file, but one that is long enough to be read as one");

        var failure = Should.Throw<TorchProvisioningException>(() => ShimLoader.Load(shim, libTorch));

        failure.Code.ShouldBe(TorchErrorCodes.LibTorchDoesNotLoad);
        failure.Problem.ShouldContain("libc10.so");
        failure.Problem.ShouldNotContain("\n");
        failure.Advice.ShouldContain("LIBTORCH=");
    }

    [Fact]
    public void A_shim_that_is_no_library_is_an_error_that_says_what_to_delete()
    {
        var shim = _folder.Write("shim-0/libattribution_torch.so", "half of a file");
        var failure = Should.Throw<TorchProvisioningException>(() => ShimLoader.Load(shim, FakeLibTorch()));
        failure.Code.ShouldBe(TorchErrorCodes.LibTorchDoesNotLoad);
        failure.Advice.ShouldContain(Path.GetDirectoryName(shim)!);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_an_error_that_names_it()
    {
        var file = _folder.Write("native", "a file where a folder should be");
        var failure = Should.Throw<TorchProvisioningException>(() => new ShimBuilder(Source, file).Ensure(FakeLibTorch()));
        failure.Problem.ShouldContain(file);
        failure.Advice.ShouldContain("ATTRIBUTION_STORE");
    }

    /// <summary>A libtorch of empty libraries.</summary>
    private LibTorch FakeLibTorch()
    {
        var lib = Path.Combine(_folder.Path, "lib");
        var empty = _folder.Write("lib/empty.cpp", "");
        string[] libraries = ["torch", "torch_cpu", "c10"];
        foreach (var library in libraries)
        {
            using var linker = Process.Start("g++", ["-shared", "-o", Path.Combine(lib, $"lib{library}.so"), empty]);
            linker.WaitForExit();
        }
        return new LibTorch(LibTorchSource.Explicit, _folder.Path, "2.11.0", [_folder.Path], lib, libraries, Cxx11Abi: true);
    }
}
