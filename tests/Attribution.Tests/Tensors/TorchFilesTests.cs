using Attribution.Diagnostics;
using Attribution.Tensors;

namespace Attribution.Tests.Tensors;

public sealed class TorchFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_named_libtorch_goes_before_one_beside_the_program_and_that_before_the_package()
    {
        var (named, beside, packages) = (Torch("named/lib"), Torch("program"), Packages());
        File.WriteAllText(Path.Combine(beside, TorchFiles.NameOf("LibTorchSharp")), "");
        TorchFiles.Find(_folder["named"], [beside], [packages]).ShouldSatisfyAllConditions(f => f.LibTorch.ShouldBe(named), f =>
            f.Origin.ShouldContain("LIBTORCH"));
        TorchFiles.Find(named, [beside], [packages]).LibTorch.ShouldBe(named); // its lib is as good
        TorchFiles.Find(null, [beside], [packages]).LibTorch.ShouldBe(beside);
        var unpacked = TorchFiles.Find("", [], [_folder["elsewhere"], packages]);
        unpacked.LibTorch.ShouldStartWith(packages);
        unpacked.TorchSharp.ShouldStartWith(packages);
    }

    [Fact]
    public void Nothing_anywhere_is_an_error_that_names_the_package_and_where_it_was_looked_for()
    {
        var error = Should.Throw<AttributionException>(() => TorchFiles.Find(null, [], [_folder["packages"]]));
        error.Code.ShouldBe(ErrorCodes.LibTorchMissing);
        error.Message.ShouldContain($"libtorch-cpu-{TorchFiles.Platform}");
        error.Message.ShouldContain(_folder["packages"]);
        error.Message.ShouldContain("LIBTORCH");
    }

    [Fact]
    public void A_named_folder_without_a_libtorch_is_not_passed_over()
    {
        var error = Should.Throw<AttributionException>(() => TorchFiles.Find(_folder["empty"], [Torch("program")], [Packages()]));
        error.Code.ShouldBe(ErrorCodes.LibTorchUnusable);
        error.File.ShouldBe(_folder["empty"]);
    }

    [Theory]
    [InlineData("2.10.0", true)]
    [InlineData("2.11.0", true)]
    [InlineData("2.9.1", false)]
    [InlineData("2.12.0", false)]
    [InlineData("3.10.0", false)]
    [InlineData(null, false)] // one that does not say
    public void A_version_that_was_not_tested_is_warned_of(string? version, bool isTested)
    {
        var info = new TorchLibraryInfo("/opt/torch/lib", "named by LIBTORCH", version is null ? null : new Version(version), false, true);
        info.Fits.ShouldBe(isTested);
        TorchLibrary.VersionWarning(info).ShouldContain($"is {version ?? "older than 2.9"}; TorchSharp 0.107.0 is known to work with 2.10 or 2.11");
    }

    private string Torch(string folder)
    {
        Directory.CreateDirectory(_folder[folder]);
        File.WriteAllText(Path.Combine(_folder[folder], TorchFiles.NameOf("torch_cpu")), "");
        return _folder[folder];
    }

    private string Packages()
    {
        var version = $"{TorchFiles.Fits.Major}.{TorchFiles.Fits.Minor}.{TorchFiles.Fits.Build}";
        Torch($"packages/libtorch-cpu-{TorchFiles.Platform}/{version}/runtimes/{TorchFiles.Platform}/native");
        var sharp = _folder[$"packages/torchsharp/{TorchFiles.TorchSharpVersion}/runtimes/{TorchFiles.Platform}/native"];
        Directory.CreateDirectory(sharp);
        File.WriteAllText(Path.Combine(sharp, TorchFiles.NameOf("LibTorchSharp")), "");
        return _folder["packages"];
    }
}
