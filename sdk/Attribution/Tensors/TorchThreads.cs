using System.Globalization;
using Attribution.Diagnostics;
using Attribution.Models;
using TorchSharp;

namespace Attribution.Tensors;

/// <summary>
/// The number of CPU threads that one operator uses: <c>ATTRIBUTION_THREADS</c> if set, else <c>OMP_NUM_THREADS</c>, else one for a model whose products are
/// too small to divide, and every core for others.
/// </summary>
internal static class TorchThreads
{
    /// <summary>The environment variable that takes precedence.</summary>
    public const string Variable = "ATTRIBUTION_THREADS";

    /// <summary>
    /// The size of a model's largest matrix from which on two threads pay off. Below it, the threads wait for each other longer than they compute; the
    /// benchmarks <c>finetune</c> and <c>attribution --shape small</c> show it with <c>ATTRIBUTION_THREADS</c> set to 1 and 2.
    /// </summary>
    public const long LeastWeights = 1 << 19;

    /// <summary>The number of threads that a person or a scheduler asked for; null for none.</summary>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.ThreadsInvalid"/>: a variable is not a positive number.</exception>
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

    /// <summary>The number of threads that suits a model on the CPU if none was asked for.</summary>
    public static int For(ModelConfig config) => LargestMatrix(config) < LeastWeights ? 1 : Processor.Cores;

    /// <summary>Sets the number of threads for a model that is about to run on the CPU.</summary>
    public static void Use(ModelConfig config) => Apply(Asked() ?? For(config));

    /// <summary>To be called before libtorch is loaded, because its OpenMP reads the environment then.</summary>
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

    // Without the head: at most the positions that predict a token go through it.
    private static long LargestMatrix(ModelConfig config) => (long)config.HiddenSize * Math.Max(config.IntermediateSize, config.HeadCount * config.HeadSize);
}
