namespace Attribution.Sdk.Experiments;

/// <summary>An MSBuild item.</summary>
/// <param name="Include">The Include, as written.</param>
/// <param name="Metadata">Returns metadata by name; empty text if it is not set.</param>
internal sealed record ProjectItem(string Include, Func<string, string> Metadata)
{
    /// <summary>The metadata; null if it is not set.</summary>
    public string? Text(string name) => Metadata(name).Trim() is { Length: > 0 } text ? text : null;
}
