namespace Attribution.Torch.Provisioning;

/// <summary>
/// libtorch or its shim cannot be had on this machine. <see cref="Exception.Message"/> says what is wrong and ends with the
/// way out; it is meant for a person, without a stack trace.
/// </summary>
/// <param name="code">One of <see cref="TorchErrorCodes"/>.</param>
/// <param name="problem">What is wrong, in whole sentences on one line.</param>
/// <param name="advice">The way out: a sentence, or the one line to run.</param>
/// <param name="inner">The exception that showed it, if there was one.</param>
public sealed class TorchProvisioningException(string code, string problem, string advice, Exception? inner = null)
    : Exception($"{problem} {advice}", inner)
{
    /// <summary>One of <see cref="TorchErrorCodes"/>.</summary>
    public string Code { get; } = code;

    /// <summary>What is wrong, without the advice.</summary>
    public string Problem { get; } = problem;

    /// <summary>The way out.</summary>
    public string Advice { get; } = advice;

    /// <summary>The last lines that the failing program printed, if a program failed.</summary>
    public string? Output { get; init; }
}
