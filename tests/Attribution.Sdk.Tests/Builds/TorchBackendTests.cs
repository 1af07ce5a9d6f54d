using System.Text.Json;

namespace Attribution.Sdk.Tests.Builds;

/// <summary>Which packages of libtorch an experiment restores, and where the worker is told to find them.</summary>
public sealed class TorchBackendTests
{
    [Theory]
    [InlineData("cpu", "libtorch-cpu-")]
    [InlineData("cuda", "TorchSharp-cuda-")]
    [InlineData("none", null)]
    public void A_backend_brings_its_own_packages_and_no_other(string backend, string? package)
    {
        var references = JsonDocument.Parse(Evaluate("-getItem:PackageReference",
            $"-p:TorchBackend={backend}")).RootElement.GetProperty("Items").GetProperty("PackageReference")
            .EnumerateArray().Where(item => item.GetProperty("Identity").GetString()!.Contains("torch", StringComparison.OrdinalIgnoreCase)).ToArray();
        if (package is null)
        {
            references.ShouldBeEmpty();
            return;
        }
        var reference = references.ShouldHaveSingleItem();
        reference.GetProperty("Identity").GetString().ShouldNotBeNull().ShouldStartWith(package);
        reference.GetProperty("Version").GetString().ShouldNotBeNull().ShouldMatch(@"^\d+\.\d+\.\d+$"); // pinned
    }

    [Fact]
    public void The_worker_is_given_the_package_s_libtorch_or_the_one_that_was_named()
    {
        // Where packages lie, the project knows once it is restored.
        var (code, output) = DotNet.Run(Repository.Root, Without, "restore", "experiments/quickstart");
        code.ShouldBe(0, output);
        var folder = Evaluate("-getProperty:AttributionLibTorch").Trim();
        File.Exists(Path.Combine(folder, "libtorch_cpu.so")).ShouldBe(OperatingSystem.IsLinux(), folder);
        Evaluate("-getProperty:AttributionLibTorch", "-p:LibTorchPath=/opt/torch").Trim().ShouldBe("/opt/torch");
        Evaluate("-getProperty:AttributionLibTorch", "-p:TorchBackend=none").Trim().ShouldBe("");
    }

    [Theory]
    [InlineData("gpu", "TorchBackend is 'gpu'. Use cpu, cuda, or none")]
    [InlineData("none", "neither LibTorchPath nor the environment variable LIBTORCH names a libtorch")]
    public void A_backend_that_cannot_be_is_an_error_before_anything_is_restored(string backend, string said)
    {
        var (code, output) = DotNet.Run(Repository.Root, Without, "build", "experiments/quickstart", $"-p:TorchBackend={backend}");
        code.ShouldBe(1, output);
        output.ShouldContain("ATTR1922");
        output.ShouldContain(said);
    }

    private static Dictionary<string, string> Without => new() { ["LIBTORCH"] = "" };

    private static string Evaluate(params string[] arguments)
    {
        var (code, output) = DotNet.Run(Repository.Root, Without, ["msbuild", "experiments/quickstart/quickstart.csproj", .. arguments]);
        code.ShouldBe(0, output);
        return output;
    }
}
