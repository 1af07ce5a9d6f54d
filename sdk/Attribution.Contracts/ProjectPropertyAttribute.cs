namespace Attribution.Contracts;

/// <summary>
/// A setting that an experiment's project gives as an MSBuild property. The setting's type, its value in a new record and its summary are the property's
/// type, default and description: the SDK's props and targets, the tables of its README and what editors show are written from them.
/// </summary>
/// <param name="name">The property's name; several settings may have the same one.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ProjectPropertyAttribute(string name) : Attribute
{
    /// <summary>The property's name.</summary>
    public string Name { get; } = name;

    /// <summary>The least that a number may be.</summary>
    public double Least { get; init; }

    /// <summary>The most that a number may be.</summary>
    public double Most { get; init; } = double.MaxValue;

    /// <summary>The class whose constants are the values that a text may have; null where any text will do.</summary>
    public Type? OneOf { get; init; }

    /// <summary>Whether the property is an axis of a sweep: a list of values, as <c>50;100</c>, each of which has runs of its own.</summary>
    public bool IsAxis { get; init; }

    /// <summary>Whether the build makes the setting of the property by code of its own, not by its type and bounds alone.</summary>
    public bool IsDerived { get; init; }

    /// <summary>
    /// Whether the property is only about where and how fast something is computed, or what becomes of the result: it computes nothing again.
    /// </summary>
    public bool ChangesNoResult { get; init; }

    /// <summary>What happens where the property is not set, for people; null for the value of a new record.</summary>
    public string? Default { get; init; }

    /// <summary>Who reads the property, for people; null for the stages whose settings hold it.</summary>
    public string? ReadBy { get; init; }

    /// <summary>When the stages read it, for people: such as <c>with `trak`</c>; null for always.</summary>
    public string? When { get; init; }
}

/// <summary>A setting that an experiment's project gives as metadata of an item. The setting's summary is the metadata's description.</summary>
/// <param name="items">The items that may have it, names of <see cref="ProjectItemNames"/>.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class ItemMetadataAttribute(params string[] items) : Attribute
{
    /// <summary>The items that may have it.</summary>
    public IReadOnlyList<string> Items { get; } = items;

    /// <summary>The metadata's name; null if the setting has the same.</summary>
    public string? Name { get; init; }
}
