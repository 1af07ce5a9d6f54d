namespace Attribution.Sdk.Experiments;

/// <summary>Something wrong with an experiment's project.</summary>
/// <param name="Code">One of <see cref="ProjectErrorCodes"/>.</param>
/// <param name="Text">What is wrong and what to do.</param>
/// <param name="Name">The property or item at fault, to find its line by; null for none.</param>
/// <param name="Value">An item's Include, where several items have the name.</param>
internal sealed record Problem(string Code, string Text, string? Name = null, string? Value = null)
{
    /// <summary>Whether the build may go on.</summary>
    public bool IsWarning { get; init; }
}
