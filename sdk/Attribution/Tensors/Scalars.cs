using System.Collections.Concurrent;
using TorchSharp;

namespace Attribution.Tensors;

/// <summary>
/// Numbers as libtorch takes them, kept alive. TorchSharp makes a <see cref="Scalar"/> of a number by an implicit conversion, and passes its native handle on
/// without keeping the object alive: a garbage collection during the call may finalize it while libtorch reads it (dotnet/TorchSharp issues 1434 and 1496).
/// What stands here is never collected. The conversions, and what makes them inside TorchSharp, are banned at compile time (BannedSymbols.txt).
/// </summary>
internal static class Scalars
{
    // A program has few different constants; numbers that change with each step are held by whoever uses them.
    private const int Most = 4096;

    private static readonly ConcurrentDictionary<double, Scalar> s_numbers = new();

    /// <summary>1.</summary>
    public static Scalar One => Of(1);

    /// <summary>The scalar of a number, always the same object; for constants, of which a program has few.</summary>
    /// <exception cref="InvalidOperationException">So many different numbers were asked for that they cannot be constants: use <see cref="Held"/>.</exception>
    public static Scalar Of(double number)
    {
        if (s_numbers.TryGetValue(number, out var known))
            return known;
        if (s_numbers.Count >= Most)
            throw new InvalidOperationException($"More than {Most} different numbers were asked to be kept as constants; use "
                + "Scalars.Held for those that change.");
        var made = Held(number);
        var kept = s_numbers.GetOrAdd(number, made);
        if (!ReferenceEquals(kept, made))
            made.Dispose();
        return kept;
    }

    /// <summary>A scalar that the caller holds, with <c>using</c>, until the call that it is for has returned.</summary>
    public static Scalar Held(double number)
    {
        TorchLibrary.Load();
        return number.ToScalar();
    }
}
