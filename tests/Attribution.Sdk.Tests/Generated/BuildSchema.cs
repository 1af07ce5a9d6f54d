using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Attribution.Contracts;

namespace Attribution.Sdk.Tests.Generated;

/// <summary>
/// What an editor shows of the SDK's properties and items: a <c>.buildschema.json</c> beside the targets, which the MSBuild Editor reads. A package cannot
/// bring an XSD, since Visual Studio reads only its own; other editors complete the names alone, from what is imported.
/// </summary>
internal static partial class BuildSchema
{
    private const string Form = "https://raw.githubusercontent.com/mhutch/MonoDevelop.MSBuildEditor/main/MonoDevelop.MSBuild/Schemas/buildschema.json";

    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
    };

    public static string Text() => new JsonObject
    {
        ["$schema"] = Form,
        ["properties"] = new JsonObject(ProjectSettings.Properties.Select(property => KeyValuePair.Create<string,
            JsonNode?>(property.Key, Property(property)))),
        ["items"] = new JsonObject(ProjectSettings.Items.Select(item => KeyValuePair.Create<string, JsonNode?>(item.Key, Item(item.Key)))),
    }.ToJsonString(Readable) + "\n";

    private static JsonObject Property(IGrouping<string, SettingUse> property)
    {
        var json = new JsonObject
        {
            ["description"] = $"{Plain(ReadmeTables.Describe(property))} Read by: "
            + $"{ReadmeTables.Readers(property).Replace("`", "", StringComparison.Ordinal)}."
        };
        if (PropertyDefault.Of(property).Text is { } value)
            json["defaultValue"] = value;
        if (property.First().Member.PropertyType == typeof(bool))
            json["type"] = "bool";
        return json;
    }

    private static JsonObject Item(string item) => new()
    {
        ["description"] = Plain(ContractDocs.OfConstant(typeof(ProjectItemNames), item)),
        ["metadata"] = new JsonObject(ProjectSettings.Metadata.Where(metadata => metadata.Items.Contains(item))
            .Select(metadata => KeyValuePair.Create<string, JsonNode?>(metadata.Name, Plain(ContractDocs.Of(metadata.Member)!)))),
    };

    // Without links, and without what leads down the page.
    private static string Plain(string markdown) => Link().Replace(markdown, "$1").Replace(", see below", "", StringComparison.Ordinal);

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex Link();
}
