namespace Attribution.Diagnostics;

/// <summary>
/// An error in what the user provided. It says what is wrong, where (file, row, property) and what to do. To show it, print <see cref="Exception.Message"/> and
/// the location, never a stack trace.
/// </summary>
/// <param name="code">One of <see cref="ErrorCodes"/>, stable across versions and explained in the docs.</param>
/// <param name="message">What is wrong and what to do about it, in whole sentences.</param>
/// <param name="inner">The exception that caused it; null if there was none.</param>
public sealed class AttributionException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>One of <see cref="ErrorCodes"/>, for example <c>ATTR1301</c>.</summary>
    public string Code { get; } = code;

    /// <summary>The faulty file; null if there is none.</summary>
    public string? File { get; init; }

    /// <summary>The faulty 0-based row of <see cref="File"/>; null if there is none.</summary>
    public long? Row { get; init; }

    /// <summary>The faulty property, option, column or tensor; null if there is none.</summary>
    public string? Property { get; init; }
}
