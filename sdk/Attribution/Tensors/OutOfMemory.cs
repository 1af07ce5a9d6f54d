using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Attribution.Diagnostics;

namespace Attribution.Tensors;

/// <summary>Turns libtorch's failed allocations into user-readable errors.</summary>
internal static partial class OutOfMemory
{
    /// <summary>The error for an exception from libtorch, if an allocation failed; else null.</summary>
    /// <param name="exception">The exception that TorchSharp threw.</param>
    public static AttributionException? Of(Exception exception)
    {
        for (var at = exception; at is not null; at = at.InnerException)
        {
            if (OnHost().Match(at.Message) is { Success: true } host)
                return Error($"{Size(double.Parse(host.Groups[1].Value, CultureInfo.InvariantCulture))} of memory were asked for, and this "
                    + $"machine does not have them", exception);
            if (OnDevice().Match(at.Message) is { Success: true } device)
                return Error($"{device.Groups[1].Value} of the GPU's memory were asked for, and it does not have them", exception);
        }
        return null;
    }

    /// <summary>Runs <paramref name="work"/>, turning a failed allocation into a user-readable error.</summary>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.OutOfMemory"/>: an allocation failed.</exception>
    internal static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (ExternalException e) when (Of(e) is { } error)
        {
            throw error;
        }
    }

    private static AttributionException Error(string what, Exception cause) => new(ErrorCodes.OutOfMemory,
        $"{what}. Take less at a time (TokenBudget, BatchSize, MaxTokens), a smaller dtype (AttributionDType), or a machine with more memory.", cause);

    private static string Size(double bytes) => bytes switch
    {
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1L << 30):0.##} GiB"),
        >= 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1L << 20):0.##} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes:0} bytes"),
    };

    // DefaultCPUAllocator: can't allocate memory: you tried to allocate 123 bytes.
    [GeneratedRegex(@"allocate memory: you tried to allocate (\d+) bytes")]
    private static partial Regex OnHost();

    // CUDA out of memory. Tried to allocate 2.00 GiB.
    [GeneratedRegex(@"out of memory\. Tried to allocate ([\d.]+ [KMG]iB)")]
    private static partial Regex OnDevice();
}
