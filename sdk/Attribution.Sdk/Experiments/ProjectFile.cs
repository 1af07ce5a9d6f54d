using System.Xml;
using System.Xml.Linq;

namespace Attribution.Sdk.Experiments;

/// <summary>The project's own XML: the names that it uses, and their lines.</summary>
internal sealed class ProjectFile
{
    private readonly string _text;
    private readonly XElement _root;

    public ProjectFile(string path)
    {
        Path = path;
        _text = File.ReadAllText(path);
        _root = XDocument.Parse(_text, LoadOptions.SetLineInfo).Root!;
    }

    /// <summary>The project file.</summary>
    public string Path { get; }

    /// <summary>The names of the properties that it sets.</summary>
    public IEnumerable<string> Properties => Groups("PropertyGroup").Select(p => p.Name.LocalName);

    /// <summary>The items that it includes, with the names of their metadata.</summary>
    public IEnumerable<(string Name, IEnumerable<string> Metadata)> Items => Groups("ItemGroup")
        .Select(item => (item.Name.LocalName, item.Attributes().Select(a => a.Name.LocalName).Where(a =>
            a is not ("Include" or "Exclude" or "Remove" or "Update" or "Condition" or "Label"))
            .Concat(item.Elements().Select(e => e.Name.LocalName))));

    /// <summary>Whether the project itself reads the property or item, which is then the project's own.</summary>
    public bool Reads(string name) =>
        _text.Contains($"$({name}", StringComparison.OrdinalIgnoreCase) || _text.Contains($"@({name}", StringComparison.OrdinalIgnoreCase);

    /// <summary>The 1-based line of a property or an item (with this Include, if given); 0 if it is not in this file.</summary>
    public int LineOf(string name, string? include = null)
    {
        var found = Groups("PropertyGroup").Concat(Groups("ItemGroup")).Where(e => Is(e.Name.LocalName, name)
            || e.Attributes().Any(a => Is(a.Name.LocalName, name))).ToList();
        var at = found.Find(e => include is not null && e.Attribute("Include")?.Value.Contains(include, StringComparison.Ordinal) == true)
            ?? found.FirstOrDefault();
        return at is IXmlLineInfo line && line.HasLineInfo() ? line.LineNumber : 0;
    }

    private IEnumerable<XElement> Groups(string kind) => _root.Descendants()
        .Where(e => e.Name.LocalName == kind && !e.Ancestors().Any(a => a.Name.LocalName == "Target"))
        .Elements();

    private static bool Is(string x, string y) => x.Equals(y, StringComparison.OrdinalIgnoreCase);
}
