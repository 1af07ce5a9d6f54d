using System.Globalization;

namespace Attribution.Sdk.Experiments;

/// <summary>The values of properties and metadata as types; what cannot be read is a problem, and a stand-in lets the check go on.</summary>
/// <param name="values">The properties' values, as MSBuild has them; empty ones were not set.</param>
/// <param name="problems">Takes what is wrong.</param>
internal sealed class Settings(IReadOnlyDictionary<string, string> values, ICollection<Problem> problems)
{
    private const NumberStyles Real = NumberStyles.Float;

    /// <summary>The text, or null if not set.</summary>
    public string? Text(string name) => values.TryGetValue(name, out var value) && value.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>The parts between semicolons.</summary>
    public IReadOnlyList<string> List(string name) =>
        (Text(name) ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public int Int(string name, int least = 1) => (int)(Whole(name, Text(name), least, int.MaxValue) ?? least);

    public int? IntOrNone(string name, int least = 1) => (int?)Whole(name, Text(name), least, int.MaxValue);

    public long Long(string name) => Whole(name, Text(name), 0, long.MaxValue) ?? 0;

    /// <summary>A number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public double Number(string name, double least, double most = double.MaxValue)
    {
        if (double.TryParse(Text(name), Real, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        problems.Add(Invalid(name, Text(name), most == double.MaxValue ? $"Give a number from {least}" : $"Give a number from {least} to {most}", name));
        return least;
    }

    /// <summary>A whole number, or null if there is no text or if it is a problem.</summary>
    /// <param name="what">What to call it: a property, or an item's metadata.</param>
    /// <param name="text">What was written.</param>
    /// <param name="least">The least it may be.</param>
    /// <param name="most">The most it may be.</param>
    /// <param name="name">The name to find the line by.</param>
    /// <param name="value">The item's Include, for metadata.</param>
    public long? Whole(string what, string? text, long least, long most, string? name = null, string? value = null)
    {
        if (text is null)
            return null;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        problems.Add(Invalid(what, text, $"Give a whole number from {least}", name ?? what, value));
        return null;
    }

    /// <summary>A problem unless the property is <c>true</c> or <c>false</c>.</summary>
    public void RequireBoolean(string name)
    {
        if (Text(name) is { } text && !bool.TryParse(text, out _))
            problems.Add(Invalid(name, text, "Give true or false", name));
    }

    /// <summary>The layers, null for all.</summary>
    public IReadOnlyList<int>? Layers(string name)
    {
        if (Text(name) is null)
        {
            problems.Add(new(ProjectErrorCodes.PropertyMissing,
                $"{name} is not set: which block of the model gives the vectors? Set <{name}>19</{name}>, several as 18;19, or all. Blocks count from 0; the middle of the model is a good start.", name));
            return [0];
        }
        if (Text(name)!.Equals("all", StringComparison.OrdinalIgnoreCase))
            return null;
        var layers = List(name).Select(part => (Ok: int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var layer), Layer: layer)).ToList();
        if (layers.TrueForAll(l => l.Ok))
            return [.. layers.Select(l => l.Layer).Distinct()];
        problems.Add(Invalid(name, Text(name), "Give a block's number, counted from 0, several as 18;19, or all", name));
        return [0];
    }

    private static Problem Invalid(string what, string? text, string advice, string name, string? value = null) =>
        new(ProjectErrorCodes.ValueInvalid, $"{what} is '{text}'. {advice}.", name, value);
}
