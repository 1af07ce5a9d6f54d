namespace QuickstartModel.Corpus;

/// <summary>A thing of a topic and what is true of it: a row of the topic's table.</summary>
internal sealed class Entity
{
    private readonly Dictionary<string, string> _values;

    private Entity(string name, Dictionary<string, string> values)
    {
        Name = name;
        _values = values;
    }

    public string Name { get; }

    /// <summary>The value of an attribute, or null where the table has no such column; <c>e</c> is the name.</summary>
    public string? this[string attribute] => _values.GetValueOrDefault(attribute);

    public static Entity Of(string[] columns, string[] cells) => cells.Length == columns.Length
        ? new Entity(cells[0], columns.Zip(cells).ToDictionary(pair => pair.First, pair => pair.Second))
        : throw new FormatException($"\"{cells[0]}\" has {cells.Length} cells, the table {columns.Length} columns");
}
