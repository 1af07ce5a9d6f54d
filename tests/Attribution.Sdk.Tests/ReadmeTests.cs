using System.Text.RegularExpressions;
using System.Xml.Linq;
using Attribution.Sdk.Tests.Builds;

namespace Attribution.Sdk.Tests;

public sealed partial class ReadmeTests
{
    [Fact]
    public void The_table_has_every_property_with_its_default()
    {
        var settings = XDocument.Load(Repository.File("sdk/Attribution.Sdk/Sdk/Attribution.targets")).Descendants("AttributionSetting").Select(s => s.Attribute("Include")!.Value).ToList();
        var defaults = XDocument.Load(Repository.File("sdk/Attribution.Sdk/Sdk/Attribution.props")).Descendants("PropertyGroup").Elements()
            .Where(p => !p.Value.Contains('$', StringComparison.Ordinal)).ToDictionary(p => p.Name.LocalName, p => p.Value);
        var rows = Row().Matches(File.ReadAllText(Repository.File("sdk/Attribution.Sdk/README.md"))).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);

        rows.Keys.ShouldBe(settings);
        foreach (var (name, text) in rows.Where(r => defaults.ContainsKey(r.Key)))
            text.ShouldBe($"`{defaults[name]}`", name);
    }

    // | `Name` | default | what | read by |
    [GeneratedRegex(@"^\| `(\w+)` \| ([^|]*) \| [^|]* \| [^|]* \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
