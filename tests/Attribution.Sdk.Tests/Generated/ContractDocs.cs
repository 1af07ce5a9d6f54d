using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Attribution.Contracts;

namespace Attribution.Sdk.Tests.Generated;

/// <summary>The summaries of the contracts' settings and names, as Markdown on one line.</summary>
internal static partial class ContractDocs
{
    private static readonly Dictionary<string, XElement> Members = XDocument.Load(Path.ChangeExtension(typeof(StageSettings).Assembly.Location, ".xml"))
        .Descendants("member").ToDictionary(member => member.Attribute("name")!.Value);

    /// <summary>The summary of a member; null if it inherits one.</summary>
    public static string? Of(MemberInfo member) =>
        Members.GetValueOrDefault($"{(member is FieldInfo ? 'F' : 'P')}:{member.DeclaringType!.FullName}.{member.Name}")?.Element("summary") is { } summary
            ? Markdown(summary) : null;

    /// <summary>The summary of the constant of a class that has a value.</summary>
    public static string OfConstant(Type type, string value) =>
        Of(type.GetFields().Single(field => field.IsLiteral && (string)field.GetRawConstantValue()! == value)).ShouldNotBeNull();

    private static string Markdown(XElement summary) => Spaces().Replace(string.Concat(summary.Nodes().Select(node => node switch
    {
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "see" } link when link.Attribute("href") is { } href => $"[{link.Value}]({href.Value})",
        XElement { Name.LocalName: "see" } link => $"`{link.Attribute("cref")!.Value.Split('.')[^1]}`",
        XText text => text.Value,
        _ => throw new InvalidOperationException($"The summary has an element that no table can show: {node}"),
    })), " ").Trim();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
