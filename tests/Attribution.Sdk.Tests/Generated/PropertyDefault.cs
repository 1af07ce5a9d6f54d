using System.Globalization;
using Attribution.Contracts;

namespace Attribution.Sdk.Tests.Generated;

/// <summary>What a property is where the project does not set it.</summary>
/// <param name="Text">The value; null if there is none, or if it is another for each kind of experiment.</param>
/// <param name="ByKind">The value of each kind of experiment where they differ; else empty.</param>
internal sealed record PropertyDefault(string? Text, IReadOnlyDictionary<string, string> ByKind)
{
    public static PropertyDefault Of(IGrouping<string, SettingUse> property)
    {
        var none = new Dictionary<string, string>();
        if (property.Any(use => use.Property.Default is not null))
            return new(null, none);
        if (property.Select(use => Written(use.Default)).Distinct().ToArray() is [var only])
            return new(only, none);
        return new(null, Names.Of(typeof(ExperimentKinds)).ToDictionary(kind => kind, kind => property
            .Where(use => ExperimentStage.Of(kind).Contains(use.Stage)).Select(use =>
                Written(use.Default)).Distinct().ShouldHaveSingleItem($"{property.Key} has several defaults in {kind}.")!));
    }

    /// <summary>As people read it: Markdown.</summary>
    public string ToMarkdown() => Text is { } text ? $"`{text}`" : string.Join(", in context attribution ", ByKind.Values.Select(value => $"`{value}`"));

    private static string? Written(object? value) => value switch
    {
        null => null,
        bool truth => truth ? "true" : "false",
        string[] list => string.Join(';', list),
        Array list => string.Join(';', list.Cast<object>().Select(Written)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
