using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Torch.Provisioning;

/// <summary>
/// What a thread setting is judged by: one block of a decoder, whose matrix products keep the BLAS's threads busy and whose
/// small operators in between keep libtorch's own busy. 3.6 GFLOP a pass.
/// </summary>
public sealed class ThreadWorkload : IDisposable
{
    private const int Tokens = 256, Width = 768, Heads = 12, Hidden = 2048;
    private const string Ready = "ready";
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(120);

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _input, _qkv, _projection, _gate, _up, _down;

    private ThreadWorkload()
    {
        Tensor Weight(int rows, int columns) => randn(rows, columns) * 0.02f;
        _input = randn(Tokens, Width);
        _qkv = Weight(3 * Width, Width);
        _projection = Weight(Width, Width);
        _gate = Weight(Hidden, Width);
        _up = Weight(Hidden, Width);
        _down = Weight(Width, Hidden);
    }

    /// <summary>
    /// The child's part of the measurement: says that it is ready, then for each line that it is given runs for about a tenth of
    /// a second and answers with the median milliseconds of a pass.
    /// </summary>
    public static void Serve(ThreadSetting setting, TextReader requests, TextWriter answers)
    {
        ShimLoader.Load(setting);
        using var workload = new ThreadWorkload();
        workload.Pass();
        workload.Pass();
        answers.WriteLine(Ready);
        answers.Flush();
        while (requests.ReadLine() is not null)
        {
            answers.WriteLine(workload.MedianMilliseconds());
            answers.Flush();
        }
    }

    /// <summary>Whether a child's line says that it is ready.</summary>
    internal static bool IsReady(string? line) => line == Ready;

    public void Dispose() => _scope.Dispose();

    private double MedianMilliseconds()
    {
        var passes = new List<double>();
        var start = Stopwatch.GetTimestamp();
        do
        {
            var pass = Stopwatch.GetTimestamp();
            Pass();
            passes.Add(Stopwatch.GetElapsedTime(pass).TotalMilliseconds);
        }
        while (Stopwatch.GetElapsedTime(start) < Round || passes.Count < 3);
        passes.Sort();
        return passes[passes.Count / 2];
    }

    private void Pass()
    {
        using var grad = no_grad();
        using var scope = NewDisposeScope();
        var x = _input; // [T, D]
        var qkv = nn.functional.linear(Norm(x), _qkv).view(Tokens, 3, Heads, Width / Heads).permute(1, 2, 0, 3); // [3, H, T, D/H]
        var weights = nn.functional.softmax(matmul(qkv[0], qkv[1].transpose(-2, -1)) * 0.125f, -1); // [H, T, T]
        x = x + nn.functional.linear(matmul(weights, qkv[2]).transpose(0, 1).reshape(Tokens, Width), _projection);
        var y = Norm(x);
        _ = x + nn.functional.linear(nn.functional.silu(nn.functional.linear(y, _gate)) * nn.functional.linear(y, _up), _down);
    }

    private static Tensor Norm(Tensor x) => x * rsqrt(x.pow(2).mean([-1L], keepdim: true) + 1e-5f);
}
