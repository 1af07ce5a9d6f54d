using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace Attribution.Models;

/// <summary>
/// SplitMix64 (Steele, Lea and Flood 2014): a seed gives the same numbers on every machine and under every version of the runtime, which <see cref="Random"/>
/// does not promise.
/// </summary>
internal struct SeededRandom(ulong seed)
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    private ulong _state = seed;

    /// <summary>A separate generator for each name under one seed.</summary>
    public static SeededRandom Named(long seed, string name) =>
        new(BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seed}:{name}")))));

    /// <summary>The next number, uniform in [0, 1), with 53 random bits.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>The next 64 random bits.</summary>
    public ulong NextBits() => Mix(_state += Step);

    /// <summary>The bits that come <paramref name="skipped"/> after the next ones, without changing the generator.</summary>
    public readonly ulong BitsAfter(ulong skipped) => Mix(_state + ((skipped + 1) * Step));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
