using System.Diagnostics;
using Attribution.Tests.Child;

namespace Attribution.Tests.Methods;

/// <summary>
/// A vector is addressed by its row, method and layer: nothing else may change a byte of it. Each case runs in a process of its own, natively and with the
/// instruction set capped, so that one machine shows what another would do.
/// </summary>
public sealed class EqualBytesTests
{
    private static readonly Dictionary<string, string> Capped = new()
    {
        ["ATEN_CPU_CAPABILITY"] = "avx2",
        ["ONEDNN_MAX_CPU_ISA"] = "AVX2",
        ["MKL_ENABLE_INSTRUCTIONS"] = "AVX2",
        ["DOTNET_EnableAVX512F"] = "0",
    };

    [Theory]
    [InlineData("llama", "float32", false)]
    [InlineData("llama", "float32", true)]
    [InlineData("llama", "bfloat16", false)]
    [InlineData("llama", "bfloat16", true)]
    [InlineData("qwen3", "float32", false)]
    [InlineData("qwen3", "float32", true)]
    [InlineData("qwen3", "bfloat16", true)]
    public void What_else_was_asked_for_changes_no_byte_nor_does_the_number_of_threads(string family, string dtype, bool isCapped)
    {
        var one = Run(family, dtype, isCapped, threads: 1);
        one.Length.ShouldBe(64, one); // a hash, and not what differs
        Run(family, dtype, isCapped, threads: 2).ShouldBe(one);
    }

    private static string Run(string family, string dtype, bool isCapped, int threads)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(VectorWork).Assembly.Location, "vectors", family, dtype,
            $"{threads}"])
        { RedirectStandardOutput = true };
        foreach (var (name, value) in isCapped ? Capped : [])
            start.Environment[name] = value;
        using var child = Process.Start(start)!;
        var output = child.StandardOutput.ReadToEnd().Trim();
        child.WaitForExit();
        child.ExitCode.ShouldBe(0);
        return output;
    }
}
