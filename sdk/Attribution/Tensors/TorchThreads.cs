using System.Globalization;
using Attribution.Diagnostics;
using Attribution.Models;
using TorchSharp;

namespace Attribution.Tensors;

/// <summary>
/// How many threads an operator on the CPU uses: as many as <c>ATTRIBUTION_THREADS</c> says, else <c>OMP_NUM_THREADS</c>, else one for a model whose products
/// are too small to share out, and every core for others.
/// </summary>
internal static class TorchThreads
{
    /// <summary>The environment variable that comes first.</summary>
    public const string Variable = "ATTRIBUTION_THREADS";

    /// <summary>
    /// The least weights of a model's largest matrix at which two threads are worth waking. Below it, the threads wait longer for each other than they compute;
    /// the benchmarks <c>finetune</c> and <c>attribution --shape small</c> show it with <c>ATTRIBUTION_THREADS</c> set to 1 and 2.
    /// </summary>
    public const long LeastWeights = 1 << 19;

    /// <summary>What a person or a scheduler asked for, if anything.</summary>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.ThreadsInvalid"/>.</exception>
    public static int? Asked()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } asked)
            return int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var threads) && threads > 0
                ? threads
                : throw new AttributionException(ErrorCodes.ThreadsInvalid,
                    $"Threads ({Variable}) is `{asked}`. Give a whole number of at least 1, or leave it unset to have it chosen by the model's size.")
                { Property = "Threads" };
        return int.TryParse(Environment.GetEnvironmentVariable("OMP_NUM_THREADS"), NumberStyles.None, CultureInfo.InvariantCulture, out var scheduled)
            && scheduled > 0
            ? scheduled
            : null;
    }

    /// <summary>The threads that suit a model on the CPU, where nothing was asked for.</summary>
    public static int For(ModelConfig config) => LargestMatrix(config) < LeastWeights ? 1 : Processor.Cores;

    /// <summary>Sets the threads for a model that is about to run on the CPU.</summary>
    public static void Use(ModelConfig config) => Apply(Asked() ?? For(config));

    /// <summary>To be called before libtorch is loaded: its OpenMP reads the environment then.</summary>
    internal static void Prepare()
    {
        Asked();
        // Threads that spin while they wait take the cores from other processes, and from this one's own.
        NativeEnvironment.Default("OMP_WAIT_POLICY", "passive");
        // oneMKL then computes a product in one way however many threads share it; without, bytes depend on their number (seen). It costs nothing that was
        // measured.
        NativeEnvironment.Default("MKL_CBWR", "AUTO,STRICT");
    }

    internal static void Apply(int threads)
    {
        if (torch.get_num_threads() != threads)
            torch.set_num_threads(threads);
    }

    // Not the head: at most positions that predict a token go through it.
    private static long LargestMatrix(ModelConfig config) => (long)config.HiddenSize * Math.Max(config.IntermediateSize, config.HeadCount * config.HeadSize);
}
