namespace Attribution.Contracts;

/// <summary>
/// Marks a setting that an experiment's project gives as an MSBuild property. The setting's type, its value in a new record and its summary become the
/// property's type, default and description in the SDK's props and targets, in the README's tables and in editors.
/// </summary>
/// <param name="name">The property's name. Several settings may be read from one property.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ProjectPropertyAttribute(string name) : Attribute
{
    /// <summary>The property's name.</summary>
    public string Name { get; } = name;

    /// <summary>The least allowed value of a number.</summary>
    public double Least { get; init; }

    /// <summary>The greatest allowed value of a number.</summary>
    public double Most { get; init; } = double.MaxValue;

    /// <summary>Whether a number must be above <see cref="Least"/>.</summary>
    public bool ExcludesLeast { get; init; }

    /// <summary>Whether a number must be below <see cref="Most"/>.</summary>
    public bool ExcludesMost { get; init; }

    /// <summary>The class whose constants are the allowed values of a text; null if any text is allowed.</summary>
    public Type? OneOf { get; init; }

    /// <summary>Whether the property is an axis of a sweep: a list of values, as <c>50;100</c>, with runs for each.</summary>
    public bool IsAxis { get; init; }

    /// <summary>Whether the build derives the setting from the property with code of its own, not only by its type and bounds.</summary>
    public bool IsDerived { get; init; }

    /// <summary>Whether the property changes no result, only where and how fast it is computed or what happens to it. Changing it recomputes nothing.</summary>
    public bool ChangesNoResult { get; init; }

    /// <summary>What applies when the property is not set, as text for the docs; null for the value of a new record.</summary>
    public string? Default { get; init; }

    /// <summary>The stages that read the property, as text for the docs; null for the stages whose settings contain it.</summary>
    public string? ReadBy { get; init; }

    /// <summary>When the stages read the property, as text for the docs, for example <c>with `trak`</c>; null for always.</summary>
    public string? When { get; init; }
}

/// <summary>Marks a setting that an experiment's project gives as metadata of an item. The setting's summary is the metadata's description.</summary>
/// <param name="items">The names of the items that may have it, from <see cref="ProjectItemNames"/>.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class ItemMetadataAttribute(params string[] items) : Attribute
{
    /// <summary>The names of the items that may have it.</summary>
    public IReadOnlyList<string> Items { get; } = items;

    /// <summary>The metadata's name; null if it is the setting's name.</summary>
    public string? Name { get; init; }
}
