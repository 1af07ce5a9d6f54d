using Attribution.Diagnostics;

namespace Attribution.Worker.Tests;

/// <summary>What a person reads where libtorch is not there, does not load, or is asked for too much.</summary>
public sealed class TorchErrorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("attribution-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_LibTorchPath_without_libtorch_is_one_error_line_with_the_way_out()
    {
        var (code, output, error) = Logits(new() { ["LIBTORCH"] = _folder });
        code.ShouldBe(1);
        error.ShouldStartWith($"error ATTR1002: LibTorchPath (LIBTORCH) names {_folder}");
        error.ShouldContain("leave both unset");
        error.TrimEnd().ShouldNotContain("\n");
        output.ShouldBeEmpty();
    }

    [Fact]
    public void A_libtorch_that_is_none_is_an_error_with_the_loader_s_words()
    {
        File.WriteAllText(Path.Combine(_folder, "libtorch_cpu.so"), "no library");
        var (code, _, error) = Logits(new() { ["LIBTORCH"] = _folder });
        code.ShouldBe(1);
        error.ShouldStartWith($"error ATTR1005: {_folder}/libtorch_cpu.so does not load: ");
        error.ShouldContain("file too short");
        error.TrimEnd().ShouldNotContain("\n");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("many")]
    public void A_number_of_threads_that_is_none_is_an_error_that_quotes_it(string threads)
    {
        var (code, _, error) = Logits(new() { ["ATTRIBUTION_THREADS"] = threads });
        code.ShouldBe(1);
        error.ShouldStartWith($"error ATTR1007: Threads (ATTRIBUTION_THREADS) is `{threads}`.");
    }

    [Theory]
    [InlineData("--help", false)]
    [InlineData("store list", false)]
    [InlineData("doctor", true)]
    public void What_needs_no_tensor_does_not_load_libtorch(string arguments, bool loads)
    {
        // libtorch's OpenMP says that it is there.
        var (code, _, error) = CommandLine.Run(new Dictionary<string, string?> { ["OMP_DISPLAY_ENV"] = "true", ["ATTRIBUTION_STORE"] = _folder },
            arguments.Split(' '));
        code.ShouldBe(0);
        error.Contains("OPENMP DISPLAY ENVIRONMENT", StringComparison.Ordinal).ShouldBe(loads);
    }

    [Fact]
    public void Errors_that_something_wrapped_are_found()
    {
        var inner = new AttributionException("ATTR1002", "x");
        VerbRunner.UserError(new TypeInitializationException("T", new InvalidOperationException("y", inner))).ShouldBe(inner);
        VerbRunner.UserError(new InvalidOperationException("y")).ShouldBeNull();
    }

    private static (int Code, string Output, string Error) Logits(Dictionary<string, string?> environment) =>
        CommandLine.Run(environment, "logits", "--model", Path.Combine(SharedData.RepositoryRoot, "experiments/quickstart/model"), "--tokens", "1,2");
}
