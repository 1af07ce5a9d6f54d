namespace Attribution.Diagnostics;

/// <summary>
/// Something the user gave us is wrong: says what, where (file, row, property) and what to do. Whoever shows it to a
/// person prints <see cref="Exception.Message"/> and the location, never a stack trace.
/// </summary>
/// <param name="code">One of <see cref="ErrorCodes"/>, stable across versions and explained in the docs.</param>
/// <param name="message">What was wrong and what to do about it, in whole sentences.</param>
/// <param name="inner">The exception that showed it, if there was one.</param>
public sealed class AttributionException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>One of <see cref="ErrorCodes"/>, such as <c>ATTR1301</c>.</summary>
    public string Code { get; } = code;

    /// <summary>The file at fault, if one is.</summary>
    public string? File { get; init; }

    /// <summary>The 0-based row of <see cref="File"/> at fault, if one is.</summary>
    public long? Row { get; init; }

    /// <summary>The property, option, column or tensor at fault, if one is.</summary>
    public string? Property { get; init; }
}
