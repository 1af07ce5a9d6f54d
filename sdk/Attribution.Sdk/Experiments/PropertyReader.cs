using System.Globalization;
using System.Reflection;
using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Diagnostics;

namespace Attribution.Sdk.Experiments;

/// <summary>Parses the values of properties and metadata. A value that cannot be parsed is a problem, and a substitute lets the check continue.</summary>
/// <param name="values">The properties' values from MSBuild; empty for properties that are not set.</param>
/// <param name="problems">Receives the errors.</param>
internal sealed class PropertyReader(IReadOnlyDictionary<string, string> values, ProblemList problems)
{
    /// <summary>The text; null if it is not set.</summary>
    public string? Text(string name) => values.TryGetValue(name, out var value) && value.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>
    /// Creates settings in which each <see cref="ProjectPropertyAttribute"/> is read from its property; a property that is not set leaves the value of a new
    /// record. Nested settings that are not null are read too. Settings that the build derives, or that have no property, are left to the caller.
    /// </summary>
    public T Read<T>()
        where T : class
    {
        // Without `new`: required settings that come from no property are set by the caller.
        var settings = (T)Activator.CreateInstance(typeof(T))!;
        Fill(settings);
        return settings;
    }

    /// <summary>A whole number; null if there is no text, or if it is a problem.</summary>
    /// <param name="what">Its name in messages: a property, or an item's metadata.</param>
    /// <param name="text">The text.</param>
    /// <param name="least">The least allowed value.</param>
    /// <param name="most">The greatest allowed value.</param>
    /// <param name="name">The name that its line is found by.</param>
    /// <param name="value">The item's Include, for metadata.</param>
    public long? Whole(string what, string? text, double least, double most, string? name = null, string? value = null)
    {
        if (text is null)
            return null;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        problems.Add(Invalid(what, text, $"Give a whole number from {least.ToString(CultureInfo.InvariantCulture)}", name ?? what, value));
        return null;
    }

    /// <summary>The layers; null for all.</summary>
    public LayerSelection Layers(string name)
    {
        if (Text(name) is not { } text)
        {
            problems.Add(new(ErrorCodes.PropertyMissing,
                $"{name} is not set: which block of the model gives the vectors? Set <{name}>19</{name}>, several as 18;19, or all. Blocks count from 0; "
                    + $"the middle of the model is a good start.", name));
            return new([0]);
        }
        if (text.Equals(LayerSelection.All, StringComparison.OrdinalIgnoreCase))
            return new((int[]?)null);
        var layers = List(text).Select(part => (Ok: int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var layer), Layer: layer)).ToList();
        if (layers.TrueForAll(l => l.Ok))
            return new([.. layers.Select(l => l.Layer).Distinct()]);
        problems.Add(Invalid(name, text, "Give a block's number, counted from 0, several as 18;19, or all", name));
        return new([0]);
    }

    private void Fill(object settings)
    {
        foreach (var member in settings.GetType().GetProperties().Where(p => p.CanWrite))
            if (member.GetCustomAttribute<ProjectPropertyAttribute>() is not { } property)
            {
                if (member.PropertyType.Assembly == typeof(StageSettings).Assembly && member.GetValue(settings) is { } inner)
                    Fill(inner);
            }
            else if (!property.IsDerived && Value(property, Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType) is { } value)
                member.SetValue(settings, value);
    }

    private object? Value(ProjectPropertyAttribute property, Type type)
    {
        if (Text(property.Name) is not { } text)
            return null;
        if (property.IsAxis && type.GetElementType() is { } element)
            return Values(property, text, element);
        if (type.IsValueType && List(text).Length > 1)
        {
            problems.Add(Invalid(property.Name, text, property.Name == "Seed" ? "Give one whole number; several seeds are Seeds"
                : "Give one value: it is no axis of a sweep", property.Name));
            return null;
        }
        return Value(property, text, type);
    }

    /// <summary>The values of a list property, without duplicates; null if there are none, or if one of them is a problem.</summary>
    /// <param name="property">The property, whose bounds apply to each value.</param>
    /// <typeparam name="T">The type of a value.</typeparam>
    public T[]? Values<T>(ProjectPropertyAttribute property) => Text(property.Name) is { } text ? (T[]?)Values(property, text, typeof(T)) : null;

    private Array? Values(ProjectPropertyAttribute property, string text, Type type)
    {
        if (List(text) is not { Length: > 0 } parts)
        {
            problems.Add(Invalid(property.Name, text, "Give a value, or several with ';' between them", property.Name));
            return null;
        }
        var values = parts.Select(part => Value(property, part, type)).Distinct().ToArray();
        if (values.Contains(null))
            return null;
        var list = Array.CreateInstance(type, values.Length);
        values.CopyTo(list, 0);
        return list;
    }

    private object? Value(ProjectPropertyAttribute property, string text, Type type)
    {
        if (type == typeof(int))
            return (int?)Whole(property.Name, text, property.Least, Math.Min(property.Most, int.MaxValue));
        if (type == typeof(long))
            return Whole(property.Name, text, property.Least, property.Most);
        if (type == typeof(double))
            return Number(property.Name, text, NumberRange.Of(property));
        if (type == typeof(bool))
            return Truth(property.Name, text, property.Name);
        if (type == typeof(string[]))
            return List(text);
        return property.OneOf is { } names ? Choice(property.Name, text, names, property.Name) : text;
    }

    /// <summary>One of the values of a class's constants; any other text is a problem.</summary>
    /// <param name="what">Its name in messages: a property, or an item's metadata.</param>
    /// <param name="text">The text; null for none.</param>
    /// <param name="names">The class.</param>
    /// <param name="name">The name that its line is found by.</param>
    /// <param name="value">The item's Include, for metadata.</param>
    public string? Choice(string what, string? text, Type names, string name, string? value = null)
    {
        if (text is not null && Names.Of(names) is var known && !known.Contains(text))
            problems.Add(Invalid(what, text, $"Use {string.Join(", ", known.SkipLast(1))} or {known[^1]}", name, value));
        return text;
    }

    /// <summary>A number; null if it is a problem.</summary>
    /// <param name="what">Its name in messages: a property, or an item's metadata.</param>
    /// <param name="text">The text.</param>
    /// <param name="range">The allowed values.</param>
    /// <param name="name">The name that its line is found by.</param>
    /// <param name="value">The item's Include, for metadata.</param>
    public double? Number(string what, string text, NumberRange range, string? name = null, string? value = null)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && range.Contains(number))
            return number;
        problems.Add(Invalid(what, text, $"Give a number {range}", name ?? what, value));
        return null;
    }

    /// <summary><c>true</c> or <c>false</c>; null if it is a problem.</summary>
    /// <param name="what">Its name in messages: a property, or an item's metadata.</param>
    /// <param name="text">The text.</param>
    /// <param name="name">The name that its line is found by.</param>
    /// <param name="value">The item's Include, for metadata.</param>
    public bool? Truth(string what, string text, string name, string? value = null)
    {
        if (bool.TryParse(text, out var truth))
            return truth;
        problems.Add(Invalid(what, text, "Give true or false", name, value));
        return null;
    }

    private static string[] List(string text) => text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static Problem Invalid(string what, string text, string advice, string name, string? value = null) =>
        new(ErrorCodes.ValueInvalid, $"{what} is '{text}'. {advice}.", name, value);
}
