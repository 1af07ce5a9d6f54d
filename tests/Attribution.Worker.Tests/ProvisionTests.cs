namespace Attribution.Worker.Tests;

/// <summary>What a person reads where the machine lacks something.</summary>
public sealed class ProvisionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("attribution-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_LibTorchPath_without_libtorch_is_one_error_line_with_the_way_out()
    {
        var (code, output, error) = CommandLine.Run(new Dictionary<string, string?> { ["LIBTORCH"] = _folder, ["ATTRIBUTION_STORE"] = $"{_folder}/store" }, "provision");
        code.ShouldBe(1);
        error.ShouldStartWith($"error ATTR1002: LibTorchPath names {_folder}");
        error.ShouldContain("include/ and lib/libtorch.so");
        error.TrimEnd().ShouldNotContain("\n");
        output.ShouldBeEmpty();
    }

    [Fact]
    public void Without_a_compiler_the_error_names_the_package_to_install()
    {
        var (code, _, error) = CommandLine.Run(new Dictionary<string, string?> { ["CXX"] = "/nowhere/g++", ["ATTRIBUTION_STORE"] = $"{_folder}/store" }, "provision");
        code.ShouldBe(1);
        error.ShouldStartWith("error ATTR1003: ");
        error.ShouldContain("apt-get install g++");
        error.TrimEnd().ShouldNotContain("\n");
    }

    [Fact]
    public void A_shim_that_does_not_compile_is_an_error_with_the_compilers_words_below_it_and_no_stack_trace()
    {
        var compiler = $"{_folder}/cxx";
        File.WriteAllText(compiler, "case \"$*\" in *--version) echo 'cxx 1.0';; *) echo 'undefined reference to c10::Error'; exit 1;; esac");

        var (code, _, error) = CommandLine.Run(new Dictionary<string, string?> { ["CXX"] = $"/bin/sh {compiler}", ["ATTRIBUTION_STORE"] = $"{_folder}/store" }, "provision");

        code.ShouldBe(1);
        var lines = error.TrimEnd().Split('\n');
        lines[0].ShouldStartWith("error ATTR1004: ");
        lines[0].ShouldContain("with cxx 1.0");
        lines[0].ShouldContain("LIBTORCH=FOLDER");
        lines[1..].ShouldBe(["undefined reference to c10::Error"]);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("many")]
    public void A_number_of_threads_that_is_none_is_an_error_that_quotes_it(string threads)
    {
        var (code, _, error) = CommandLine.Run(new Dictionary<string, string?> { ["ATTRIBUTION_THREADS"] = threads }, "provision");
        code.ShouldBe(1);
        error.ShouldStartWith($"error ATTR1007: Threads (ATTRIBUTION_THREADS) is `{threads}`.");
    }
}
