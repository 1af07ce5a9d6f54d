namespace Attribution.Sdk.Experiments;

/// <summary>An item as MSBuild has it.</summary>
/// <param name="Include">What it includes, as written.</param>
/// <param name="Metadata">The metadata by name; empty text for what is not set.</param>
internal sealed record ProjectItem(string Include, Func<string, string> Metadata)
{
    /// <summary>The metadata, or null if not set.</summary>
    public string? Text(string name) => Metadata(name).Trim() is { Length: > 0 } text ? text : null;
}
