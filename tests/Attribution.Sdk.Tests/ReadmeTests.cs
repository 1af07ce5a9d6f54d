using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Attribution.Sdk.Experiments;
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

    [Fact]
    public void What_editors_show_is_every_property_and_item_of_the_tables()
    {
        var schema = JsonNode.Parse(File.ReadAllText(Repository.File("sdk/Attribution.Sdk/Sdk/Attribution.targets.buildschema.json")))!.AsObject();
        schema.Select(member => member.Key).ShouldBe(["$schema", "properties", "items"]);
        var readme = File.ReadAllText(Repository.File("sdk/Attribution.Sdk/README.md"));

        var properties = schema["properties"]!.AsObject();
        properties.Select(p => p.Key).ShouldBe(Row().Matches(readme).Select(m => m.Groups[1].Value));
        properties.ShouldAllBe(p => ((string)p.Value!["description"]!).Length > 20);
        ((string)properties["TopK"]!["description"]!, (string)properties["TopK"]!["defaultValue"]!).ShouldBe(("Rows to select. Read by: SelectTrainingData.", "500"));
        ((string)properties["AcceptSnapshot"]!["type"]!).ShouldBe("bool");
        properties["BaseModel"]!.AsObject().ContainsKey("defaultValue").ShouldBeFalse();

        var items = schema["items"]!.AsObject();
        items.Select(i => $"{i.Key}: {string.Join(' ', i.Value!["metadata"]!.AsObject().Select(m => m.Key).Order(StringComparer.Ordinal))}")
            .ShouldBe(Spelling.Items.Select(i => $"{i.Key}: {string.Join(' ', i.Value.Order(StringComparer.Ordinal))}"));
        items.SelectMany(i => i.Value!["metadata"]!.AsObject()).ShouldAllBe(m => ((string)m.Value!).Length > 10);
    }

    [Fact]
    public void The_first_example_names_the_present_version() =>
        File.ReadAllText(Repository.File("sdk/Attribution.Sdk/README.md")).ShouldContain($"<Project Sdk=\"Attribution.Sdk/{PackedSdk.Version}\">");

    // | `Name` | default | what | read by |
    [GeneratedRegex(@"^\| `(\w+)` \| ([^|]*) \| [^|]* \| [^|]* \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
