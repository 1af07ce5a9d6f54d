using System.CommandLine;
using System.Diagnostics;
using Attribution.Torch;
using Spectre.Console;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Benchmarks;

/// <summary>What the binding costs: the same calls through C# and directly inside libtorch, in turn, in one run.</summary>
internal static class TensorBenchmark
{
    internal static Command Create()
    {
        var command = new Command("tensor", "Matrix products and one small operator through C#, against the same loop in C++.");
        command.SetAction(_ => Run());
        return command;
    }

    private static void Run()
    {
        var table = new Table().AddColumns("operation", "C++", "C#", "C++ / C#", "rate of C#");
        foreach (var type in new[] { float32, bfloat16 })
            foreach (var n in new long[] { 512, 1024, 2048 })
                MatrixProduct(table, type, n);
        SmallOperator(table);
        AnsiConsole.WriteLine($"libtorch {torch.__version__}, {get_num_threads()} threads");
        AnsiConsole.Write(table);
    }

    private static void MatrixProduct(Table table, ScalarType type, long n)
    {
        using var scope = NewDisposeScope();
        var a = randn(n, n).to(type);
        var b = randn(n, n).to(type);
        var times = Math.Max(2, (int)(4e10 / (2.0 * n * n * n)));
        var (direct, managed) = Compare(
            () => TensorExtensions.TimeDirect(mm: true, a, b, times),
            () => Seconds(() => a.mm(b).Dispose(), times));
        table.AddRow(
            $"mm {n} {type}", $"{direct / times * 1e3:F2} ms", $"{managed / times * 1e3:F2} ms", $"{direct / managed:F3}",
            $"{2.0 * n * n * n * times / managed / 1e9:F0} GFLOP/s");
    }

    private static void SmallOperator(Table table)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (a, b) = (ones(1), ones(1));
        const int times = 200_000;
        var (direct, managed) = Compare(
            () => TensorExtensions.TimeDirect(mm: false, a, b, times),
            () => Seconds(() => a.add(b).Dispose(), times));
        table.AddRow("add of 1 element", $"{direct / times * 1e9:F0} ns", $"{managed / times * 1e9:F0} ns", $"{direct / managed:F3}", $"{managed / direct:F2}x of C++");
    }

    /// <summary>The medians of nine rounds, the two in turn.</summary>
    private static (double First, double Second) Compare(Func<double> first, Func<double> second)
    {
        first();
        second();
        var (a, b) = (new double[9], new double[9]);
        for (var round = 0; round < a.Length; round++)
            (a[round], b[round]) = (first(), second());
        return (a.Order().ElementAt(a.Length / 2), b.Order().ElementAt(b.Length / 2));
    }

    private static double Seconds(Action action, int times)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < times; i++)
            action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
