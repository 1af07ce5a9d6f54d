using System.Text.Json;
using Attribution.Worker.Doctor;
using Attribution.Worker.Tests.Verbs;

namespace Attribution.Worker.Tests;

public sealed class DoctorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("attribution-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_machine_that_can_run_everything_is_ready_and_the_threads_asked_for_are_the_threads_used()
    {
        var (code, checks) = Doctor(new() { ["ATTRIBUTION_THREADS"] = "1" });
        code.ShouldBe(0);
        foreach (var part in new[] { "libtorch", "TorchSharp", "processor", "store" })
            checks[part].GetProperty("status").GetString().ShouldBe("ok", part);
        checks["libtorch"].GetProperty("found").GetString().ShouldNotBeNull().ShouldStartWith("2.10.");
        checks["threads"].GetProperty("found").GetString().ShouldNotBeNull().ShouldStartWith("1 of ");
        Doctor([]).Checks["threads"].GetProperty("found").GetString().ShouldNotBeNull().ShouldStartWith("1 for small models, ");
    }

    [Fact]
    public void Where_libtorch_is_unusable_the_rest_is_still_examined_and_the_exit_code_is_1()
    {
        var (code, checks) = Doctor(new() { ["LIBTORCH"] = _folder });
        code.ShouldBe(1);
        checks["libtorch"].GetProperty("status").GetString().ShouldBe("missing");
        checks["libtorch"].GetProperty("found").GetString().ShouldNotBeNull().ShouldContain(_folder);
        checks.ShouldContainKey("store");
    }

    [Fact]
    public void The_processor_says_what_caps_it()
    {
        var found = Doctor(new()
        {
            ["ATEN_CPU_CAPABILITY"] = "avx2",
            ["ONEDNN_MAX_CPU_ISA"] = "AVX2"
        }).Checks["processor"].GetProperty("found").GetString().ShouldNotBeNull();
        found.ShouldContain("kernels use AVX2");
        found.ShouldContain("multiplies bfloat16 as float32");
    }

    [Fact]
    public void Threads_that_wait_sleep_and_oneMKL_is_told_to_compute_alike_on_any_number_of_them()
    {
        // The OpenMP of libtorch shows what it was told when it was loaded.
        var (_, _, error) = CommandLine.Run(new Dictionary<string, string?> { ["OMP_DISPLAY_ENV"] = "true" }, "doctor");
        error.ShouldContain("OMP_WAIT_POLICY = 'PASSIVE'");
    }

    [Fact]
    public void Keys_are_present_or_not_and_never_shown()
    {
        var environment = new Dictionary<string, string?> { ["HF_TOKEN"] = "hf_secret-value" };
        var (_, checks) = Doctor(environment);
        checks["HF_TOKEN"].GetProperty("status").GetString().ShouldBe("ok");
        checks["OPENAI_API_KEY"].GetProperty("status").GetString().ShouldBe("absent");
        CommandLine.Run(environment, "doctor").Output.ShouldNotContain("secret-value");

        File.WriteAllText($"{_folder}/token", "hf_secret-value\n");
        (_, checks) = Doctor(new() { ["HF_TOKEN_PATH"] = $"{_folder}/token" });
        checks["HF_TOKEN"].GetProperty("found").GetString()!.ShouldContain("login");
    }

    [Fact]
    public void Redirected_output_is_plain_text_of_a_fixed_width()
    {
        var output = CommandLine.Run(new Dictionary<string, string?>(), "doctor").Output;
        output.ShouldNotContain("\x1b");
        output.ShouldContain("| libtorch ");
        output.Split('\n').Where(line => line.StartsWith('|')).Select(line => line.Length).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public void A_line_that_mends_something_is_printed_whole()
    {
        var mend = "a line to copy " + new string('x', 300);
        var output = new StringWriter();
        DoctorReport.WriteTable([new Check("part", CheckStatus.Missing, "nothing", mend)], output, isTerminal: false);
        output.ToString().ShouldContain(mend);
    }

    [Theory]
    [InlineData(CheckStatus.Ok, 0)]
    [InlineData(CheckStatus.Absent, 0)]
    [InlineData(CheckStatus.Warn, 0)]
    [InlineData(CheckStatus.Missing, 1)]
    public void Only_what_is_needed_and_missing_fails(CheckStatus status, int code) =>
        DoctorReport.ExitCode([new Check("one", CheckStatus.Ok, ""), new Check("other", status, "")]).ShouldBe(code);

    [Fact]
    public void A_GPU_that_the_libtorch_cannot_use_is_worth_a_warning()
    {
        CudaCheck.Judge([], 0, false).Status.ShouldBe(CheckStatus.Ok);
        CudaCheck.Judge(["NVIDIA H100, 81559 MiB"], 1, true).Status.ShouldBe(CheckStatus.Ok);
        CudaCheck.Judge(["NVIDIA H100, 81559 MiB"], 0, false).Found.ShouldContain("without CUDA");
        CudaCheck.Judge(["NVIDIA H100, 81559 MiB"], 0, true).Status.ShouldBe(CheckStatus.Warn);
    }

    [Fact]
    public void A_store_that_cannot_be_written_is_missing()
    {
        File.WriteAllText($"{_folder}/file", "");
        // Even root cannot make a file in /proc.
        StoreCheck.Look("/proc/attribution/store").Status.ShouldBe(CheckStatus.Missing);
        StoreCheck.Look($"{_folder}/not/yet/there").Status.ShouldNotBe(CheckStatus.Missing);
        foreach (var store in new[] { $"{_folder}/file", $"{_folder}/file/store" })
            StoreCheck.Look(store).ShouldSatisfyAllConditions(c => c.Status.ShouldBe(CheckStatus.Missing), c => c.Found.ShouldContain("is a file"));
        Directory.EnumerateFileSystemEntries(_folder).Count().ShouldBe(1);
    }

    private static (int Code, Dictionary<string, JsonElement> Checks) Doctor(Dictionary<string, string?> environment)
    {
        var (code, output, error) = CommandLine.Run(environment, "doctor", "--json");
        error.ShouldBeEmpty();
        var report = JsonDocument.Parse(output).RootElement;
        report.GetProperty("ready").GetBoolean().ShouldBe(code == 0);
        return (code, report.GetProperty("checks").EnumerateArray().ToDictionary(check => check.GetProperty("part").GetString()!));
    }
}
