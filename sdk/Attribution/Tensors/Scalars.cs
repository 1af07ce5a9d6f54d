using System.Collections.Concurrent;
using TorchSharp;

namespace Attribution.Tensors;

/// <summary>
/// Numbers in libtorch's form, kept alive. TorchSharp converts a number to a <see cref="Scalar"/> implicitly, and passes its native handle on without keeping
/// the object alive: a garbage collection during the call may finalize it while libtorch reads it (dotnet/TorchSharp issues 1434 and 1496). The scalars here
/// are never collected. The conversions, and TorchSharp's methods that use them, are banned at compile time (BannedSymbols.txt).
/// </summary>
internal static class Scalars
{
    // A program has few distinct constants; the user of a number that changes with each step holds its scalar.
    private const int Most = 4096;

    private static readonly ConcurrentDictionary<double, Scalar> s_numbers = new();

    /// <summary>1.</summary>
    public static Scalar One => Of(1);

    /// <summary>The scalar of a number, always the same object; for constants, of which a program has few.</summary>
    /// <exception cref="InvalidOperationException">Too many different numbers were asked for to be constants: use <see cref="Held"/>.</exception>
    public static Scalar Of(double number)
    {
        if (s_numbers.TryGetValue(number, out var known))
            return known;
        if (s_numbers.Count >= Most)
            throw new InvalidOperationException($"More than {Most} different numbers were to be kept as constants; use "
                + "Scalars.Held for those that change.");
        var made = Held(number);
        var kept = s_numbers.GetOrAdd(number, made);
        if (!ReferenceEquals(kept, made))
            made.Dispose();
        return kept;
    }

    /// <summary>A scalar that the caller keeps alive, with <c>using</c>, until the call that needs it has returned.</summary>
    public static Scalar Held(double number)
    {
        TorchLibrary.Load();
        return number.ToScalar();
    }
}
